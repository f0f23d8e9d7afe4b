import { readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import { endProcesses } from './end-processes.ts';
import { readProcess, readWorkingFolder, type ProcessIdentity } from './process-identity.ts';

/** Line 1 of postmaster.pid is the server's pid, line 8 its state (src/include/utils/pidfile.h). */
async function readPidFile(data: string): Promise<{ pid: number; state: string } | null> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => null);
  if (text === null) return null;
  const lines = text.split('\n');
  return { pid: Number.parseInt(lines[0] ?? '', 10), state: (lines[7] ?? '').trim() };
}

/** Whether the server with this pid takes connections: what pg_ctl looks at, too. */
export async function isPostmasterReady(data: string, pid: number): Promise<boolean> {
  const file = await readPidFile(data);
  return file?.pid === pid && file.state === 'ready';
}

/**
 * Clears the way for a new server on this data, which this process will start: ends what a dead start
 * left behind (`wasAbandoned`), and sees to a postmaster.pid whose pid now belongs to some other
 * program, which PostgreSQL would take for a running server. Throws when a server runs that is
 * nobody's leftover.
 */
export async function clearPostmaster(
  data: string,
  { wasAbandoned, log }: { wasAbandoned: boolean; log: (line: string) => void },
): Promise<void> {
  const file = await readPidFile(data);
  if (file === null) return;
  const postmaster = await identifyPostmaster(file.pid, data);
  if (postmaster !== null) {
    if (!wasAbandoned) {
      throw new Error(`${data} is in use by another PostgreSQL (pid ${file.pid}): stop it first`);
    }
    log(`stopping the PostgreSQL that an earlier start left behind (pid ${file.pid})`);
    await endProcesses([{ ...postmaster, stopSignal: 'SIGINT' }], 8000);
  }
  await endOrphanedBackends(data);
  if (postmaster === null && readProcess(file.pid) !== null) await disownPidFile(data);
}

/** A server works in its data folder; where that cannot be asked, the folder is among its arguments. */
async function identifyPostmaster(pid: number, data: string): Promise<ProcessIdentity | null> {
  const facts = Number.isInteger(pid) ? readProcess(pid) : null;
  if (facts === null) return null;
  const isServer =
    platform() === 'linux'
      ? readWorkingFolder(pid) === (await realpath(data))
      : facts.args.includes(data);
  return isServer ? { pid, startTime: facts.startTime } : null;
}

/**
 * Backends outlive a killed postmaster until they look up from their query; until then PostgreSQL
 * refuses to start ("pre-existing shared memory block is still in use"). They work in the data
 * folder, too, and are titled "postgres: …".
 */
async function endOrphanedBackends(data: string): Promise<void> {
  if (platform() !== 'linux') return;
  const folder = await realpath(data);
  const orphans = (await readdir('/proc'))
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && readWorkingFolder(pid) === folder)
    .map((pid) => readProcess(pid))
    .filter((facts) => facts?.args[0]?.startsWith('postgres: ') === true)
    .filter((facts) => facts !== null);
  await endProcesses(
    orphans.map(({ pid, startTime }) => ({ pid, startTime, stopSignal: 'SIGTERM' })),
    2000,
  );
}

/**
 * The file must stay: PostgreSQL finds in it the shared memory that nobody may be attached to. A pid
 * of its own parent, which we shall be, it knows to be stale (CreateLockFile in miscinit.c).
 */
async function disownPidFile(data: string): Promise<void> {
  const path = join(data, 'postmaster.pid');
  const [, ...rest] = (await readFile(path, 'utf8')).split('\n');
  await writeFile(path, [process.pid, ...rest].join('\n'));
}
