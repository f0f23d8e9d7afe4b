import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { StopSignal } from './end-processes.ts';
import { readLogTail } from './read-log-tail.ts';
import { reapOnDeath } from './reap-on-death.ts';
import { waitUntil } from './wait-until.ts';
import type { Stage } from './will.ts';

export type RunOptions = {
  name: string;
  command: string;
  args?: readonly string[];
  /** The child's whole environment; without it, that of this process. */
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  uid?: number;
  gid?: number;
  /** stdout and stderr are appended here; its folder is made. */
  logFile: string;
  /** Whether it does its work; asked every 25 ms until true. Without it, a process is ready at once. */
  isReady?: (pid: number) => Promise<boolean>;
  readyTimeoutMs: number;
  stopSignal: StopSignal;
  /** Which of two groups it belongs to when the reaper has to end them: stores go last. */
  stage: Stage;
};

export type ProcessExit = { code: number | null; signal: NodeJS.Signals | null };

/** One life of a process. */
export type ProcessRun = {
  pid: number | null;
  exited: Promise<ProcessExit>;
  ready: Promise<void>;
  /** False when it has ended already. */
  signal(wanted: NodeJS.Signals): boolean;
  /** Asks it to stop, kills it after `graceMs`, returns when it has exited. */
  end(graceMs: number): Promise<void>;
};

/**
 * Spawns a process that cannot outlive this one. `detached` gives it a session of its own: Ctrl-C in
 * the terminal reaches only the supervisor, which stops its children in order. Its output goes
 * straight into the file: nothing is lost, and nothing blocks it, when this process is busy or dies.
 */
export function runProcess(options: RunOptions): ProcessRun {
  const { name, logFile } = options;
  mkdirSync(dirname(logFile), { recursive: true });
  const output = openSync(logFile, 'a', 0o600);
  const logStart = fstatSync(output).size;
  const { env, cwd, uid, gid } = options;
  const child = spawn(options.command, options.args ?? [], {
    env,
    cwd,
    uid,
    gid,
    detached: true,
    stdio: ['ignore', output, output],
  });
  const forget =
    child.pid === undefined
      ? (): void => {}
      : reapOnDeath(child.pid, { stopSignal: options.stopSignal, stage: options.stage });
  closeSync(output);

  let failure: Error | undefined;
  let exit: ProcessExit | undefined;
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('error', (error) => {
      failure = error;
      resolve((exit ??= { code: null, signal: null }));
    });
    child.once('exit', (code, signal) => {
      forget();
      resolve((exit ??= { code, signal }));
    });
  });

  async function becomeReady(): Promise<void> {
    await waitUntil(
      async () => exit !== undefined || (await options.isReady?.(child.pid ?? 0)) !== false,
      { what: `${name} to be ready`, timeoutMs: options.readyTimeoutMs },
    ).catch(async (error: unknown) => {
      throw new Error(await explain(`${name} is not ready`, error), { cause: error });
    });
    if (exit === undefined) return;
    throw new Error(await explain(`${name} ${describeExit(exit)} before it was ready`, failure));
  }

  async function explain(what: string, error: unknown): Promise<string> {
    const tail = await readLogTail(logFile, logStart);
    const reason = error instanceof Error ? ` (${error.message})` : '';
    return `${what}${reason}${tail && `; ${logFile} ends with:\n${tail}`}`;
  }

  const ready = becomeReady();
  // A later life that never becomes ready may have nobody waiting for it.
  ready.catch(() => {});
  async function end(graceMs: number): Promise<void> {
    // child.kill() does nothing once the exit was seen, so it never hits another's pid.
    child.kill(options.stopSignal);
    // A stopped process acts on it only when it goes on.
    child.kill('SIGCONT');
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await exited;
    clearTimeout(timer);
  }
  const signal = (wanted: NodeJS.Signals): boolean => child.kill(wanted);
  return { pid: child.pid ?? null, exited, ready, signal, end };
}

function describeExit({ code, signal }: ProcessExit): string {
  if (signal !== null) return `was ended by ${signal}`;
  return code === null ? 'could not be started' : `ended with exit code ${code}`;
}
