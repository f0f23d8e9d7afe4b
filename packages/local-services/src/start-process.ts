import { answersOk } from './answers-ok.ts';
import { runProcess, type ProcessExit, type RunOptions } from './run-process.ts';

export type ProcessOptions = Omit<RunOptions, 'readyTimeoutMs' | 'stopSignal' | 'stage'> &
  Partial<Pick<RunOptions, 'readyTimeoutMs' | 'stopSignal' | 'stage'>> & {
    /** Ready once a GET of this URL is answered with 200. */
    readyUrl?: string;
    /** Started again this long after it died, unless it was closed. Without it, it stays dead. */
    restart?: { delayMs: number };
    /** Called each time it was spawned; `restarts` is 0 for the first time. */
    onStart?: (started: { pid: number; restarts: number }) => void;
    /** Called each time it has exited, for whatever reason. */
    onExit?: (exit: ProcessExit & { willRestart: boolean }) => void;
  };

export type SupervisedProcess = {
  readonly name: string;
  /** Of the present life; null between death and the next one. */
  readonly pid: number | null;
  /** How often it was started again. */
  readonly restarts: number;
  /**
   * Of the present life: resolves when it is ready, rejects with the end of its log when it dies
   * before, or is not ready after `readyTimeoutMs`. It is replaced when `restarts` rises.
   */
  readonly ready: Promise<void>;
  /** Sends a signal to the present life; false when there is none. */
  signal(name: NodeJS.Signals): boolean;
  /** SIGKILL; it is started again if `restart` was given. */
  kill(): boolean;
  /** Stops it gracefully, starts it again at once, resolves when it is ready. */
  restart(options?: { graceMs?: number }): Promise<void>;
  /** Stops it for good: `stopSignal`, SIGKILL after `graceMs` (10 s). Resolves when it is gone. */
  close(options?: { graceMs?: number }): Promise<void>;
};

const defaults = { readyTimeoutMs: 30_000, stopSignal: 'SIGTERM', stage: 'service' } as const;
const defaultGraceMs = 10_000;

/**
 * Starts a program and keeps it running: its output is appended to `logFile`, and it is started
 * again when it dies, as often as that happens. One that dies before it was ready for the first time
 * stays dead: its configuration is wrong, and `ready` says so. It never outlives this process, not
 * even one killed with SIGKILL, and signals of the terminal do not reach it.
 */
export function startProcess(options: ProcessOptions): SupervisedProcess {
  const { name, readyUrl, restart, onStart, onExit } = options;
  const settings = {
    ...defaults,
    ...(readyUrl !== undefined && { isReady: () => answersOk(readyUrl) }),
    ...options,
  };
  let restarts = 0;
  let wasReady = false;
  /** While someone else sees to the next life, or there is to be none. */
  let isHeld = false;
  let timer: NodeJS.Timeout | undefined;
  let closing: Promise<void> | undefined;
  let isRunning = false;
  let run = launch();

  function launch(): ReturnType<typeof runProcess> {
    const next = runProcess(settings);
    isRunning = next.pid !== null;
    next.ready.then(() => (wasReady = true)).catch(() => {});
    void next.exited.then((exit) => {
      isRunning = false;
      const willRestart = restart !== undefined && wasReady && !isHeld;
      if (willRestart) timer = setTimeout(relaunch, restart.delayMs);
      onExit?.({ ...exit, willRestart });
    });
    if (next.pid !== null) onStart?.({ pid: next.pid, restarts });
    return next;
  }

  function relaunch(): void {
    restarts += 1;
    run = launch();
  }

  async function stop(graceMs: number): Promise<void> {
    isHeld = true;
    clearTimeout(timer);
    await run.end(graceMs);
  }

  async function restartNow(graceMs: number): Promise<void> {
    if (closing !== undefined) throw new Error(`${name} is being closed`);
    await stop(graceMs);
    // close() may have been called meanwhile.
    if (closing !== undefined) return;
    isHeld = false;
    relaunch();
    await run.ready;
  }

  return {
    name,
    get pid() {
      return isRunning ? run.pid : null;
    },
    get restarts() {
      return restarts;
    },
    get ready() {
      return run.ready;
    },
    signal: (signal) => run.signal(signal),
    kill: () => run.signal('SIGKILL'),
    restart: ({ graceMs = defaultGraceMs } = {}) => restartNow(graceMs),
    close: ({ graceMs = defaultGraceMs } = {}) => (closing ??= stop(graceMs)),
  };
}
