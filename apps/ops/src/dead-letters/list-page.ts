import type { Database } from '@orders/database/client';
import {
  type DeadLetterFilter,
  listDeadLetters,
  readDeadLetter,
} from '@orders/database/dead-letters/read-dead-letters';
import type { Answer } from '../cli/answer.ts';
import { describeProblem } from './describe-problem.ts';
import { summarizeDeadLetter } from './describe-dead-letter.ts';

/**
 * A page of dead letters, newest first. Its cursor is the id of the last one that was shown: who
 * uses this command has the whole database, so nothing is sealed in it, not even the filter.
 */
export async function listPage(
  database: Database,
  filter: DeadLetterFilter,
  limit: number,
  cursor: string | null,
): Promise<Answer> {
  const before = cursor === null ? null : await readDeadLetter(database, cursor);
  if (cursor !== null && before === null) {
    const text = `there is no dead letter ${cursor}: the cursor is none of this command`;
    return { verdict: 'bad', json: describeProblem('invalid-cursor', text), text };
  }
  const after = before === null ? null : { openedAt: new Date(before.openedAt), id: before.id };
  // One more than is shown tells whether there is a next page.
  const found = await listDeadLetters(database, filter, limit + 1, after);
  const data = found.slice(0, limit);
  const nextCursor = found.length > limit ? (data.at(-1)?.id ?? null) : null;
  const text = data.map(summarizeDeadLetter).join('\n') || 'There are none.';
  return { verdict: 'good', json: { data, nextCursor }, text };
}
