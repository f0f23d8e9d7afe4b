import { readFileSync } from 'node:fs';
import type { Stores } from './start-stores.ts';

/**
 * Stops every process of PostgreSQL (SIGSTOP): the postmaster first, so that it starts no others,
 * then its backends, so that connections stay open and nothing answers. Returns how to let them go.
 */
export function freezePostgres({ postgres }: Stores): () => void {
  const { pid } = postgres;
  if (pid === null) throw new Error('PostgreSQL does not run');
  process.kill(pid, 'SIGSTOP');
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  const frozen = [pid, ...children.filter((child) => child !== '').map(Number)];
  for (const one of frozen.slice(1)) signal(one, 'SIGSTOP');
  return () => {
    for (const one of frozen) signal(one, 'SIGCONT');
  };
}

/** A backend may have ended meanwhile. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone.
  }
}
