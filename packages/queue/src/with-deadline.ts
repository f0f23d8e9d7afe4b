/** The time was up. What was awaited may still happen. */
class DeadlineError extends Error {
  override readonly name = 'DeadlineError';

  constructor(what: string, deadlineMs: number) {
    super(`${what} took longer than ${deadlineMs} ms`);
  }
}

/**
 * Waits for `work` no longer than `deadlineMs`; its later failure is nobody's any more. A deadline
 * of our own, since with Redis down a command of BullMQ may wait for ever, whatever its options.
 *
 * @throws DeadlineError, or what `work` threw in time
 */
export async function withDeadline<T>(
  work: Promise<T>,
  deadlineMs: number,
  what: string,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new DeadlineError(what, deadlineMs));
    }, deadlineMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
