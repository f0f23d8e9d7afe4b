import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findFreePort } from '@orders/local-services/free-port';
import { NODE_OPTIONS } from '@orders/local-services/node-options';
import { startProcess, type SupervisedProcess } from '@orders/local-services/start-process';
import { projectFolder } from '../project-folder.ts';

/** What one contender finds when it comes: where it works, for one run. */
export interface Site {
  readonly name: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** The payment provider of this run. */
  readonly providerUrl: string;
  readonly folder: string;
  /** Starts a program of the contender; it is stopped with the site at the latest. */
  start(program: Program): Promise<RunningProgram>;
  close(): Promise<void>;
}

export interface Program {
  readonly name: string;
  /** Absolute path of a JavaScript file. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  /** Answered with 200 once it works; without it, it counts as started at once. */
  readonly readyUrl?: string;
}

export interface RunningProgram {
  readonly pid: number;
  readonly logFile: string;
  close(): Promise<void>;
}

export interface SiteOptions {
  readonly name: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly folder: string;
  /** Passed to node before the script of every program. */
  readonly nodeOptions?: readonly string[];
  /** What is undone last. */
  readonly close: () => Promise<void>;
}

/** Empties Redis and starts a payment provider that answers at once. */
export async function openSite(options: SiteOptions): Promise<Site> {
  await emptyRedis(options.redisUrl);
  const folder = join(options.folder, 'sites', options.name);
  await mkdir(folder, { recursive: true });
  const running: SupervisedProcess[] = [];

  async function start(program: Program): Promise<RunningProgram> {
    const logFile = join(folder, `${program.name}.ndjson`);
    const child = startProcess({
      name: program.name,
      command: process.execPath,
      args: [...NODE_OPTIONS, ...(options.nodeOptions ?? []), program.script],
      env: { ...program.env },
      cwd: folder,
      logFile,
      ...(program.readyUrl !== undefined && { readyUrl: program.readyUrl }),
    });
    running.push(child);
    await child.ready;
    return { pid: child.pid ?? 0, logFile, close: () => child.close() };
  }

  const port = await findFreePort();
  const providerUrl = `http://127.0.0.1:${port}`;
  await start({
    name: 'simulator',
    script: join(projectFolder, 'apps/simulator/dist/main.js'),
    env: {
      NODE_ENV: 'test',
      PORT: String(port),
      LEDGER_FILE: join(folder, `ledger-${port}.ndjson`),
      LOG_LEVEL: 'warn',
    },
    readyUrl: `${providerUrl}/health`,
  });

  return {
    name: options.name,
    databaseUrl: options.databaseUrl,
    redisUrl: options.redisUrl,
    providerUrl,
    folder,
    start,
    close: async () => {
      for (const child of running.reverse()) await child.close();
      await options.close();
    },
  };
}

async function emptyRedis(url: string): Promise<void> {
  const redis = new Redis(url);
  try {
    await redis.flushall();
    // The append-only file starts anew, too: no rewrite of it falls into a run.
    await redis.bgrewriteaof();
  } finally {
    redis.disconnect();
  }
}
