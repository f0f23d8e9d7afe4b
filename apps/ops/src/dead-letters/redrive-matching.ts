import type { Database } from '@orders/database/client';
import { actOnDeadLetter } from '@orders/database/dead-letters/act-on-dead-letter';
import {
  countDeadLetters,
  type DeadLetterFilter,
  listDeadLetters,
} from '@orders/database/dead-letters/read-dead-letters';
import type { BulkRedriven } from '@orders/domain/contracts/dead-letter';
import type { Answer } from '../cli/answer.ts';
import { describeResult, slugOf } from './act-by-id.ts';
import { describeProblem } from './describe-problem.ts';

export interface BulkOptions {
  /** How many the operator expects; another number means that he sees something else. */
  readonly expectedCount: number | null;
  readonly dryRun: boolean;
  readonly force: boolean;
}

const PAGE = 500;

/**
 * Redrives every open dead letter that matches, each in a transaction of its own. Nothing is done
 * when there are more or fewer than expected. Interrupted, it is simply run again: what was
 * redriven is no longer open.
 */
export async function redriveMatching(
  database: Database,
  filter: DeadLetterFilter,
  actor: string,
  { expectedCount, dryRun, force }: BulkOptions,
): Promise<Answer> {
  const open = { ...filter, state: 'open' } as const;
  const matching = await countDeadLetters(database, open);
  if (dryRun) {
    const json: BulkRedriven = { matching, dryRun, redriven: 0, refused: [] };
    return { verdict: 'good', json, text: `${matching} would be redriven.` };
  }
  if (expectedCount !== null && expectedCount !== matching) {
    const text = `Nothing was done: ${matching} match, not ${expectedCount}.`;
    const json = describeProblem('illegal-state', text, { matching, expectedCount });
    return { verdict: 'bad', json, text };
  }
  const refused: BulkRedriven['refused'] = [];
  const lines: string[] = [];
  let redriven = 0;
  let after: { openedAt: Date; id: string } | null = null;
  for (;;) {
    const page = await listDeadLetters(database, open, PAGE, after);
    for (const { id } of page) {
      const result = await actOnDeadLetter(database, id, { kind: 'redrive', force }, actor);
      if (result.kind === 'done') redriven += 1;
      else {
        const reason = slugOf(result);
        if (reason === 'illegal-state') throw new Error('a redrive resolves nothing');
        refused.push({ id, reason });
        lines.push(describeResult(id, result));
      }
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    after = { openedAt: new Date(last.openedAt), id: last.id };
  }
  const json: BulkRedriven = { matching, dryRun, redriven, refused };
  return {
    verdict: refused.length === 0 ? 'good' : 'bad',
    json,
    text: [`Redriven: ${redriven}.`, ...lines].join('\n'),
  };
}
