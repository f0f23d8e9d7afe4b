import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { StopSignal } from './end-processes.ts';
import { identifyProcess } from './process-identity.ts';
import { willLine, type Moment, type Stage } from './will.ts';

/** One reaper per process: it is told of everything that must not outlive this process. */
let reaper: ChildProcess | undefined;
const lines = new Map<string, string>();

/**
 * Makes sure that a child just spawned ends when this process does, however that comes: by SIGKILL,
 * process.exit() or a crash. To be called in the same tick as spawn(): the child is not collected
 * before, so its start time is its own. Returns a function that forgets it, for when it has ended.
 */
export function reapOnDeath(
  pid: number,
  { stopSignal = 'SIGTERM', stage }: { stopSignal?: StopSignal; stage: Stage },
): () => void {
  const identity = identifyProcess(pid);
  if (identity === null) return () => {};
  return tell(`pid ${pid}`, willLine.end({ ...identity, stopSignal, stage }), () =>
    willLine.forget(pid),
  );
}

/**
 * Makes sure that a file or folder is removed when this process dies: `last`, when what it started is
 * gone, or `first`, while the next start cannot have made its own yet. Returns a function to keep it.
 */
export function removeOnDeath(path: string, moment: Moment = 'last'): () => void {
  return tell(`path ${path}`, willLine.remove(path, moment), () => willLine.keep(path));
}

function tell(key: string, line: string, revoke: () => string): () => void {
  lines.set(key, line);
  if (reaper === undefined) startReaper();
  else write(line);
  return () => {
    // The same pid or path may have been told again since.
    if (lines.get(key) !== line) return;
    lines.delete(key);
    write(revoke());
  };
}

/**
 * `detached` puts the reaper into a session of its own. It holds none of our files but the pipe, no
 * folder, and nothing of our environment. It does not keep this process alive.
 */
function startReaper(): void {
  const script = fileURLToPath(new URL('./reaper.js', import.meta.url));
  const child = spawn(process.execPath, [script], {
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  reaper = child;
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  child.stdin.on('error', () => {});
  // Killed by mistake, or for want of memory: the next one hears everything anew.
  child.once('exit', () => {
    if (reaper !== child) return;
    reaper = undefined;
    if (lines.size > 0) setTimeout(() => reaper ?? startReaper(), 200).unref();
  });
  child.once('error', () => {});
  for (const line of lines.values()) write(line);
}

function write(line: string): void {
  reaper?.stdin?.write(line);
}
