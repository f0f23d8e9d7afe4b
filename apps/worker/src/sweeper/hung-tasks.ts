/** Tells that a task which goes on and on is not hung. */
type Progress = () => void;

/** What is under way in this process and has to end by itself: runs of orders, rounds of sweeps. */
export interface Tasks {
  track<T>(name: string, task: (progress: Progress) => Promise<T>): Promise<T>;
  /** A look of the watchdog: the name of a task that was found at `limit` looks in a row, or null. */
  findHung(limit: number): string | null;
}

/**
 * Finds tasks that never end. Every call that they make has a time-out, so one that stays is a
 * fault of ours; its job would be renewed for ever, and its order never be run by another worker.
 *
 * Counts looks, not time: a process that was frozen finds its tasks old at its first look, and they
 * are not hung.
 */
export function createTasks(): Tasks {
  const underWay = new Set<{ readonly name: string; looks: number }>();
  return {
    track: async (name, task) => {
      const entry = { name, looks: 0 };
      underWay.add(entry);
      try {
        return await task(() => {
          entry.looks = 0;
        });
      } finally {
        underWay.delete(entry);
      }
    },
    findHung: (limit) => {
      let hung: string | null = null;
      for (const entry of underWay) {
        entry.looks += 1;
        if (entry.looks >= limit) hung = entry.name;
      }
      return hung;
    },
  };
}
