/** Too much is waiting already. Nothing was begun, so the caller may try again later. */
export class OverloadError extends Error {
  override readonly name = 'OverloadError';
  /** When the line should have become short enough, by how fast it moved lately; at least 1. */
  readonly retryAfterSeconds: number;

  constructor(what: string, retryAfterSeconds: number) {
    super(`${what} is overloaded`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
