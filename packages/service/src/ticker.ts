export interface TickerOptions {
  /** From the end of one run to the start of the next. */
  readonly intervalMs: number;
  readonly run: () => Promise<void>;
  /** A failed run is reported here and the ticker goes on; must not throw. */
  readonly onError: (error: unknown) => void;
}

export interface Ticker {
  /** Runs at once; while a run is under way, once more right after it, however often this is called. */
  nudge(): void;
  /** No further run begins; resolves when the one under way has ended. */
  close(): Promise<void>;
}

/**
 * Runs `run` now and then again and again, never two at a time. A plain timer, so that periodic work
 * depends on nothing but this process: whatever is scheduled inside Redis is lost with Redis's data.
 */
export function startTicker({ intervalMs, run, onError }: TickerOptions): Ticker {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let closed = false;

  function begin(): void {
    clearTimeout(timer);
    again = false;
    running = runOnce().then(() => {
      running = undefined;
      if (closed) return;
      if (again) begin();
      else timer = setTimeout(begin, intervalMs);
    });
  }

  async function runOnce(): Promise<void> {
    try {
      await run();
    } catch (error) {
      onError(error);
    }
  }

  begin();
  return {
    nudge: () => {
      if (closed) return;
      if (running === undefined) begin();
      else again = true;
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
