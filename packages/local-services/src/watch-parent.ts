import { basename } from 'node:path';
import {
  isAlive,
  readProcess,
  type ProcessFacts,
  type ProcessIdentity,
} from './process-identity.ts';

export type ParentWatch = {
  /** Stops watching; `onGone` is not called any more. */
  close(): void;
};

/** Programs that start others and do not pass signals on reliably. */
const runners = new Set(['npm', 'npx', 'pnpm', 'pnpx', 'yarn', 'corepack', 'turbo']);

/**
 * Calls `onGone` once, with a sentence, when the process that started this one has ended, at most
 * `intervalMs` (500) later. When package runners stand in between (`npx` > `sh` > `pnpm` > `sh` >
 * this), the death of any link up to the outermost runner counts: SIGTERM to `npx` ends only `npx`.
 * What started the outermost runner does not count, so a runner put into the background outlives
 * its shell. A process without a parent (pid 1 of a container, an orphan) is never told.
 */
export function watchParent(
  onGone: (reason: string) => void,
  { intervalMs = 500 }: { intervalMs?: number } = {},
): ParentWatch {
  const direct = process.ppid;
  const links = readLaunchChain(direct);
  const timer = setInterval(() => {
    const dead = process.ppid === direct ? links.find((link) => !isAlive(link))?.pid : direct;
    if (dead === undefined) return;
    clearInterval(timer);
    onGone(`the parent process ${dead} is gone`);
  }, intervalMs);
  // A process with nothing else to do may end.
  timer.unref();
  return { close: () => clearInterval(timer) };
}

/** The direct parent and its ancestors up to the outermost package runner, nearest first. */
export function readLaunchChain(
  parentPid: number,
  read: (pid: number) => ProcessFacts | null = readProcess,
): ProcessIdentity[] {
  const ancestors: ProcessFacts[] = [];
  for (let pid = parentPid; pid > 1 && ancestors.length < 32;) {
    const facts = read(pid);
    if (facts === null) break;
    ancestors.push(facts);
    pid = facts.parentPid;
  }
  const outermost = ancestors.findLastIndex(({ args }) => isRunner(args));
  return ancestors
    .slice(0, Math.max(outermost, 0) + 1)
    .map(({ pid, startTime }) => ({ pid, startTime }));
}

/** `pnpm start`, `node …/npx-cli.js …`, or a title such as "npm exec pnpm@12 start". */
function isRunner(args: readonly string[]): boolean {
  return args.slice(0, 2).some((arg) => {
    const program = basename(arg.split(' ')[0] ?? '');
    return runners.has(program.replace(/\.[cm]?js$/, '').replace(/-cli$/, ''));
  });
}
