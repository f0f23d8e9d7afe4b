/**
 * Waits for `work` no longer than `deadlineMs`, then rejects with what `onLate` makes; what `work`
 * comes to after that is nobody's any more. A bound of our own, since those of the database are per
 * wait and add up. (An AbortSignal for each request would cost ten times this timer.)
 */
export function withinDeadline<T>(
  work: Promise<T>,
  deadlineMs: number,
  onLate: () => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(onLate());
    }, deadlineMs);
    work.then(
      (result) => {
        clearTimeout(timer);
        resolve(result);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error instanceof Error ? error : new Error('failed', { cause: error }));
      },
    );
  });
}
