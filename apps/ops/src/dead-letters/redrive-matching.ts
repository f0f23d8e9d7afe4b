import type { Database } from '@orders/database/client';
import { actOnDeadLetter } from '@orders/database/dead-letters/act-on-dead-letter';
import {
  countDeadLetters,
  type DeadLetterFilter,
  listDeadLetters,
} from '@orders/database/dead-letters/read-dead-letters';
import type { Answer } from '../cli/answer.ts';
import { describeResult } from './act-by-id.ts';

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
    return { verdict: 'good', json: { matching, dryRun }, text: `${matching} would be redriven.` };
  }
  if (expectedCount !== null && expectedCount !== matching) {
    const text = `Nothing was done: ${matching} match, not ${expectedCount}.`;
    return { verdict: 'bad', json: { matching, expectedCount, redriven: 0 }, text };
  }
  const refused: { id: string; reason: string }[] = [];
  let redriven = 0;
  let after: { openedAt: Date; id: string } | null = null;
  for (;;) {
    const page = await listDeadLetters(database, open, PAGE, after);
    for (const { id } of page) {
      const result = await actOnDeadLetter(database, id, { kind: 'redrive', force }, actor);
      if (result.kind === 'done') redriven += 1;
      else refused.push({ id, reason: describeResult(id, result) });
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    after = { openedAt: new Date(last.openedAt), id: last.id };
  }
  return {
    verdict: refused.length === 0 ? 'good' : 'bad',
    json: { matching, redriven, refused },
    text: [`Redriven: ${redriven}.`, ...refused.map(({ reason }) => reason)].join('\n'),
  };
}
