import { join } from 'node:path';
import { NODE_OPTIONS } from '@orders/local-services/node-options';
import { type SupervisedProcess, startProcess } from '@orders/local-services/start-process';

/** A service of the local stack that runs and is started again when it dies. */
export interface RunningService {
  readonly name: string;
  readonly process: SupervisedProcess;
  readonly internalUrl: string | null;
  readonly log: string;
}

export interface ServiceOptions {
  readonly name: string;
  /** The built `main.js`. */
  readonly entry: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly logFolder: string;
  readonly internalUrl: string | null;
  readonly readyUrl: string;
  /** Called for each further life, and to say that one has ended. */
  readonly onRestart: (pid: number) => void;
  readonly note: (line: string) => void;
}

const RESTART_DELAY_MS = 1_000;

/** Starts a service as a process of its own. Its `process.ready` tells when it is ready. */
export function startService(options: ServiceOptions): RunningService {
  const { name, entry, environment, cwd, logFolder, internalUrl, readyUrl, note } = options;
  const log = join(logFolder, `${name}.ndjson`);
  const service = startProcess({
    name,
    command: process.execPath,
    args: [...NODE_OPTIONS, entry],
    env: environment,
    cwd,
    logFile: log,
    readyUrl,
    restart: { delayMs: RESTART_DELAY_MS },
    onStart: ({ pid, restarts }) => {
      if (restarts === 0) return;
      note(`${name} was started again (pid ${pid})`);
      options.onRestart(pid);
    },
    onExit: ({ code, signal, willRestart }) => {
      if (!willRestart) return;
      note(`${name} ended (${signal ?? `exit code ${code ?? '?'}`}); it is started again in 1 s`);
    },
  });
  return { name, process: service, internalUrl, log };
}
