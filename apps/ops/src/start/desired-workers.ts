import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** The most workers that one machine is asked to run. */
export const MAX_WORKERS = 64;

const INTERVAL_MS = 200;

/**
 * The number of workers that the local stack shall have stands in a file: whoever wants another
 * number writes it, and the running start follows. A file needs no connection, no port, and shows
 * what was asked for last.
 */
export function desiredWorkersFile(localFolder: string): string {
  return join(localFolder, 'workers');
}

/** Asks for a number of workers. Readers see the old number or the new one. */
export async function writeDesiredWorkers(file: string, count: number): Promise<void> {
  const draft = `${file}-${randomUUID()}`;
  await writeFile(draft, `${count}\n`);
  await rename(draft, file);
}

/** The number asked for, or null when there is none that makes sense. */
export async function readDesiredWorkers(file: string): Promise<number | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const count = /^\d{1,3}\n?$/.test(text) ? Number(text) : null;
  return count === null || count > MAX_WORKERS ? null : count;
}

export async function removeDesiredWorkers(file: string): Promise<void> {
  await rm(file, { force: true });
}

/** Calls `onChange` for each new number until `stop`; waits for it, so that changes never overlap. */
export async function followDesiredWorkers(
  file: string,
  from: number,
  onChange: (count: number) => Promise<void>,
  stop: AbortSignal,
): Promise<void> {
  let current = from;
  while (!stop.aborted) {
    const wanted = await readDesiredWorkers(file);
    if (wanted !== null && wanted !== current) {
      current = wanted;
      await onChange(wanted);
    }
    await delay(INTERVAL_MS, undefined, { signal: stop }).catch(() => undefined);
  }
}
