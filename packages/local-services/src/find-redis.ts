import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { claimFolder } from './claim-folder.ts';
import { fetchRedis, type FetchResult } from './fetch-redis.ts';
import { runCommand } from './run-command.ts';

export type RedisPrograms = {
  /** Absolute paths. */
  server: string;
  cli: string;
  /** LD_LIBRARY_PATH both need; null when they find their libraries by themselves. */
  libraryPath: string | null;
};

export type RedisSearch = {
  /** This server and no other. */
  serverPath?: string;
  /** Where a fetched Redis is kept from start to start. */
  distDir: string;
  /** The environment whose PATH is searched; that of this process by default. */
  env?: NodeJS.ProcessEnv;
  log: (line: string) => void;
};

/**
 * The Redis of this machine: `serverPath` if given, `redis-server` or `valkey-server` on the PATH, or
 * one fetched earlier, or now, from the distribution's packages. Throws one error that says why there
 * is none and names the three ways out.
 */
export async function findRedis(search: RedisSearch): Promise<RedisPrograms> {
  const { distDir, env } = search;
  if (search.serverPath !== undefined) {
    const serverPath = resolve(search.serverPath);
    const chosen = { server: serverPath, cli: await findCli(serverPath, env), libraryPath: null };
    if (await runs(chosen)) return chosen;
    throw new Error(`${serverPath} does not run as a Redis server. ${waysOut}`);
  }
  const installed = await findOnPath(['redis-server', 'valkey-server'], env);
  if (installed !== null) {
    const programs = { server: installed, cli: await findCli(installed, env), libraryPath: null };
    if (await runs(programs)) return programs;
  }
  const cached = (await readDist(distDir)) ?? (await fetchOnce(search));
  if ('server' in cached) return cached;
  const reason = cached.kind === 'failed' ? cached.reason : 'the fetched one does not run';
  throw new Error(
    `there is no Redis: neither redis-server nor valkey-server is on the PATH, and none could be fetched (${reason}). ${waysOut}`,
  );
}

const waysOut =
  'Set REDIS_URL to a running Redis, or install redis (apt install redis-server, brew install redis), or run "docker compose up -d redis" and set REDIS_URL=redis://127.0.0.1:6379';

/** Several processes that start at once on a fresh clone fetch it once. */
async function fetchOnce(search: RedisSearch): Promise<RedisPrograms | FetchResult> {
  const { distDir, env, log } = search;
  await mkdir(distDir, { recursive: true });
  for (;;) {
    const claim = await claimFolder(distDir);
    if (claim.kind === 'taken') {
      await delay(100);
      continue;
    }
    try {
      const there = await readDist(distDir);
      if (there !== null) return there;
      const result = await fetchRedis(distDir, { env, log });
      return result.kind === 'failed' ? result : ((await readDist(distDir)) ?? result);
    } finally {
      await claim.release();
    }
  }
}

const distSchema = z.object({
  server: z.string(),
  cli: z.string(),
  libraryPath: z.array(z.string()),
});

/** Null when nothing was fetched, or it does not run any more (the system was upgraded). */
async function readDist(distDir: string): Promise<RedisPrograms | null> {
  const text = await readFile(join(distDir, 'redis.json'), 'utf8').catch(() => null);
  if (text === null) return null;
  const { server, cli, libraryPath } = distSchema.parse(JSON.parse(text));
  const programs = {
    server: join(distDir, server),
    cli: join(distDir, cli),
    libraryPath: libraryPath.map((path) => join(distDir, path)).join(':'),
  };
  return (await runs(programs)) ? programs : null;
}

async function runs({ server, libraryPath }: RedisPrograms): Promise<boolean> {
  const env = libraryPath === null ? {} : { LD_LIBRARY_PATH: libraryPath };
  const result = await runCommand(server, ['--version'], { env, cwd: '/' });
  return result.kind === 'ended' && result.code === 0;
}

/** The client installed beside the server, else one on the PATH, else its usual name. */
async function findCli(server: string, env: NodeJS.ProcessEnv | undefined): Promise<string> {
  const names = ['redis-cli', 'valkey-cli'];
  const beside = await findOnPath(names, { PATH: dirname(server) });
  return beside ?? (await findOnPath(names, env)) ?? 'redis-cli';
}

/** The shell knows how to search a PATH. */
async function findOnPath(
  names: readonly string[],
  env: NodeJS.ProcessEnv | undefined,
): Promise<string | null> {
  for (const name of names) {
    const result = await runCommand('/bin/sh', ['-c', 'command -v "$1"', 'sh', name], {
      ...(env && { env }),
    });
    const path = result.kind === 'ended' && result.code === 0 ? result.stdout.trim() : '';
    if (path.startsWith('/')) return path;
  }
  return null;
}
