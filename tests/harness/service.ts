import { NODE_OPTIONS } from '@orders/local-services/node-options';
import { startProcess, type SupervisedProcess } from '@orders/local-services/start-process';
import { readFile } from 'node:fs/promises';
import { waitUntil } from '@orders/local-services/wait-until';

export interface ServiceOptions {
  readonly name: string;
  /** The program, as given to node. */
  readonly entry: string;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly logFile: string;
  /** Answers 200 when the process can do its work. */
  readonly readyUrl: string;
  /** As a platform would: started again so long after it died. Null: it stays dead. */
  readonly restartMs?: number | null;
  /** `FAILPOINTS` of its first life, its second, …; none after those, and none where it is ''. */
  readonly failpoints?: readonly string[];
  /** How far its clock is off. */
  readonly clockOffsetMs?: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of the system, with everything that can be done to it. */
export interface Service {
  readonly name: string;
  readonly readyUrl: string;
  readonly pid: number | null;
  /** How often it was started. */
  readonly lives: number;
  /** How each of its lives ended, so far. */
  readonly exits: readonly Exit[];
  readonly logFile: string;
  /** Resolves when the present life can do its work. */
  ready(): Promise<void>;
  /** Resolves when `count` lives have ended. */
  ended(count: number, timeoutMs?: number): Promise<Exit>;
  /** Begins another life now if there is none; `failpoints` are for it and the ones after it. */
  start(failpoints?: readonly string[]): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP: it stands still with everything that it holds. */
  freeze(): void;
  /** SIGCONT */
  thaw(): void;
  /** SIGTERM, without another life. Resolves with how and when it ended. */
  stop(timeoutMs?: number): Promise<Exit & { readonly ms: number }>;
  /** Resolves when a line of its log matches. */
  says(pattern: RegExp, timeoutMs?: number): Promise<void>;
  log(): Promise<string>;
  /** What it tells Prometheus. */
  metrics(): Promise<string>;
  close(): Promise<void>;
}

/** Starts a service as a process of its own and looks after its lives. */
export function startService(options: ServiceOptions): Service {
  const { name, entry, cwd, logFile, readyUrl, restartMs = null, clockOffsetMs } = options;
  const exits: Exit[] = [];
  let lives = 0;
  let planned = [...(options.failpoints ?? [])];
  let stays = true;
  let timer: NodeJS.Timeout | undefined;
  let present = live();

  function live(): SupervisedProcess {
    const failpoints = planned.shift() ?? '';
    lives += 1;
    const clock =
      clockOffsetMs === undefined ? [] : ['--import', `${import.meta.dirname}/shift-clock.mjs`];
    return startProcess({
      name,
      command: process.execPath,
      args: [...NODE_OPTIONS, ...clock, entry],
      cwd,
      logFile,
      readyUrl,
      env: {
        ...options.env,
        ...(failpoints === '' ? {} : { FAILPOINTS: failpoints }),
        ...(clockOffsetMs === undefined ? {} : { CLOCK_OFFSET_MS: String(clockOffsetMs) }),
      },
      onExit: ({ code, signal }) => {
        exits.push({ code, signal });
        if (stays && restartMs !== null) timer = setTimeout(() => (present = live()), restartMs);
      },
    });
  }

  async function ended(count: number, timeoutMs = 60_000): Promise<Exit> {
    return waitUntil(() => exits[count - 1], { what: `${name} to end`, timeoutMs });
  }

  async function end(act: () => Promise<unknown> | boolean): Promise<Exit> {
    clearTimeout(timer);
    const count = exits.length + (present.pid === null ? 0 : 1);
    await act();
    return ended(count);
  }

  return {
    name,
    readyUrl,
    exits,
    logFile,
    get pid() {
      return present.pid;
    },
    get lives() {
      return lives;
    },
    ready: () => present.ready,
    ended,
    start: async (failpoints = []) => {
      clearTimeout(timer);
      planned = [...failpoints];
      stays = true;
      if (present.pid === null) present = live();
      await present.ready;
    },
    kill: async () => {
      await end(() => present.kill());
    },
    freeze: () => {
      present.signal('SIGSTOP');
    },
    thaw: () => {
      present.signal('SIGCONT');
    },
    stop: async (timeoutMs = 40_000) => {
      stays = false;
      const since = performance.now();
      const exit = await end(() => present.close({ graceMs: timeoutMs }));
      return { ...exit, ms: Math.round(performance.now() - since) };
    },
    says: async (pattern, timeoutMs = 30_000) => {
      await waitUntil(async () => pattern.test(await readFile(logFile, 'utf8')), {
        what: `${name} to say ${String(pattern)}`,
        timeoutMs,
        intervalMs: 50,
      });
    },
    log: () => readFile(logFile, 'utf8'),
    metrics: async () => (await fetch(new URL('/metrics', readyUrl))).text(),
    close: async () => {
      stays = false;
      clearTimeout(timer);
      await present.close({ graceMs: 5_000 });
    },
  };
}
