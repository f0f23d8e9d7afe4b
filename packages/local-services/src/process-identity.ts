import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { platform } from 'node:os';

/** A process and when it started: a pid alone is given to another process after it ended. */
export type ProcessIdentity = { pid: number; startTime: string };

export type ProcessFacts = ProcessIdentity & {
  parentPid: number;
  /** The command line; a process may rewrite it into one string. */
  args: string[];
};

/**
 * What the system knows of a living process; null when there is none, and for a zombie, which only
 * waits to be collected. Synchronous, so that a child just spawned is read before it can be
 * collected and its pid given away.
 */
export function readProcess(pid: number): ProcessFacts | null {
  return platform() === 'linux' ? readFromProc(pid) : readFromPs(pid);
}

export function identifyProcess(pid: number): ProcessIdentity | null {
  const facts = readProcess(pid);
  return facts && { pid, startTime: facts.startTime };
}

/** This process. Throws where the system does not tell of processes. */
export function identifySelf(): ProcessIdentity {
  const self = identifyProcess(process.pid);
  if (self === null) throw new Error('neither /proc nor ps tells of this process');
  return self;
}

/** Whether this very process still runs; false when another one has its pid. */
export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  return readProcess(pid)?.startTime === startTime;
}

/** The folder a process works in; null when it cannot be told (not Linux, or not ours). */
export function readWorkingFolder(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
}

function readFromProc(pid: number): ProcessFacts | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // proc_pid_stat(5): "pid (comm) state ppid … starttime"; comm may contain spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, parent] = fields;
    const ticks = fields[19];
    if (ticks === undefined || state === 'Z' || state === 'X') return null;
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
    return { pid, parentPid: Number(parent), startTime: `${bootId()}:${ticks}`, args };
  } catch {
    return null;
  }
}

let knownBootId: string | undefined;

/** Start times count from boot: the same pid and time may come again after the next one. */
function bootId(): string {
  knownBootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return knownBootId;
}

function readFromPs(pid: number): ProcessFacts | null {
  const columns = ['-o', 'state=,ppid=,lstart=,args='];
  const { stdout } = spawnSync('/bin/ps', ['-p', String(pid), ...columns], { encoding: 'utf8' });
  // S 4711 Fri Nov 20 03:45:12 2026 node main.js
  const match = /^\s*(\S+)\s+(\d+)\s+((?:\S+\s+){4}\S+)\s+(.*)$/m.exec(stdout ?? '');
  const [, state, parent, startTime, args] = match ?? [];
  if (!state || !startTime || state.startsWith('Z')) return null;
  return { pid, parentPid: Number(parent), startTime, args: (args ?? '').split(' ') };
}
