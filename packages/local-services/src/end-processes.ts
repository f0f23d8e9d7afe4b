import { isAlive, type ProcessIdentity } from './process-identity.ts';
import { waitUntil } from './wait-until.ts';

export type StopSignal = 'SIGTERM' | 'SIGINT';

export type EndedProcess = ProcessIdentity & {
  /** How it is asked to end: PostgreSQL shuts down fast on SIGINT, but waits for clients on SIGTERM. */
  stopSignal: StopSignal;
};

/**
 * Asks these processes to end, kills those that have not after `graceMs`, and returns when all are
 * gone, `graceMs` + 2 s at the latest. A pid that belongs to another process by now is left alone.
 */
export async function endProcesses(
  processes: readonly EndedProcess[],
  graceMs: number,
): Promise<void> {
  const alive = (): EndedProcess[] => processes.filter(isAlive);
  for (const { pid, stopSignal } of alive()) {
    sendSignal(pid, stopSignal);
    // A stopped process acts on the first signal only when it goes on.
    sendSignal(pid, 'SIGCONT');
  }
  const gone = { what: 'processes to end', intervalMs: 20 };
  try {
    await waitUntil(() => alive().length === 0, { ...gone, timeoutMs: graceMs });
  } catch {
    for (const { pid } of alive()) sendSignal(pid, 'SIGKILL');
    await waitUntil(() => alive().length === 0, { ...gone, timeoutMs: 2000 }).catch(() => {});
  }
}

/** Sends a signal; false when there is no such process, or it is not ours to signal. */
function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
