/**
 * The parts of a stack in the order in which they are stopped: first what takes orders in, last
 * what everything else needs.
 */
const STOP_ORDER = [
  'stack-file',
  'api',
  'workers',
  'simulator',
  'redis',
  'postgres',
  'folder',
] as const;

export type Part = (typeof STOP_ORDER)[number];

export interface Closers {
  /** Notes how a part is stopped; stops it at once when everything is being stopped already. */
  add(part: Part, close: () => Promise<void>): void;
  /** Stops all parts in order, each whatever became of the others. Once. */
  closeAll(): Promise<void>;
}

/** What has been started so far, and how it is stopped. */
export function createClosers(onError: (part: Part, error: unknown) => void): Closers {
  const closers = new Map<Part, () => Promise<void>>();
  let closing: Promise<void> | undefined;

  async function closePart(part: Part): Promise<void> {
    const close = closers.get(part);
    closers.delete(part);
    await close?.().catch((error: unknown) => onError(part, error));
  }

  async function closeAll(): Promise<void> {
    for (const part of STOP_ORDER) await closePart(part);
  }

  return {
    add(part, close) {
      closers.set(part, close);
      if (closing !== undefined) closing = closing.then(() => closePart(part));
    },
    closeAll: () => (closing ??= closeAll()),
  };
}
