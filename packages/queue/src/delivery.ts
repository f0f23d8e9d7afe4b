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
  /** How often its handler returned it, by `retry`, `put-back` or by throwing. */
  readonly returns: number;
  /** Aborted when the lock is lost, another worker may then run the job, or when closing is overdue. */
  readonly signal: AbortSignal;
}

/** What becomes of a job after its handler. */
export type Outcome =
  | { readonly kind: 'done' }
  /** Again after the delay. `reason` is shown to operators. */
  | { readonly kind: 'retry'; readonly delayMs: number; readonly reason?: string }
  /** Not for this worker, say because it is of an older version; again after the delay. */
  | { readonly kind: 'put-back'; readonly delayMs: number; readonly reason?: string };

export type Handle = (delivery: Delivery) => Promise<Outcome>;
