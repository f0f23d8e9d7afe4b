import { ProblemError } from './problems/problem-error.ts';
import { withinDeadline } from './within-deadline.ts';

/** Statements and waits for a connection have bounds of their own, which may add up. */
const DEADLINE_MS = 1_700;

/**
 * What is read from PostgreSQL, soon or not at all.
 * @throws ProblemError `unavailable` after the deadline
 */
export function answerInTime<T>(reading: Promise<T>): Promise<T> {
  return withinDeadline(reading, DEADLINE_MS, () => {
    return new ProblemError('unavailable', { headers: { 'retry-after': '1' } });
  });
}
