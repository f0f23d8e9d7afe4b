/** Why the signal of a delivery is aborted when another worker may run its job by now. */
export const LOCK_LOST = 'lock lost';

/** A job as it is handed to its handler. */
export interface Delivery {
  readonly orderId: string;
  readonly dispatch: number;
  readonly jobId: string;
  readonly shard: number;
  /**
   * The delivery before this one ended without a word: its worker died, froze or lost its lock. A
   * job that comes again because its handler asked for it is not redelivered.
   */
  readonly redelivered: boolean;
  /** When the job was first added, in milliseconds since the epoch. */
  readonly enqueuedAt: number;
  /** How often it was handed out, this time included. */
  readonly attemptsStarted: number;
  /** How often its handler returned it, by any outcome but `done`, or by throwing. */
  readonly returns: number;
  /** Aborted when the lock is lost ({@link LOCK_LOST}), or when closing is overdue. */
  readonly signal: AbortSignal;
}

/** What becomes of a job after its handler. */
export type Outcome =
  | { readonly kind: 'done' }
  /** Again after the delay. `reason` is shown to operators. */
  | { readonly kind: 'retry'; readonly delayMs: number; readonly reason?: string }
  /** Was not begun: given back at once and as it came, still redelivered if it was. */
  | { readonly kind: 'not-begun' }
  /** Not for this worker, say because it is of an older version; again after the delay. */
  | { readonly kind: 'put-back'; readonly delayMs: number; readonly reason?: string };

export type Handle = (delivery: Delivery) => Promise<Outcome>;
