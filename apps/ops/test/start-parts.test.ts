import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SupervisedProcess } from '@orders/local-services/start-process';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { checkPort } from '../src/start/check-start.ts';
import { createClosers } from '../src/start/create-closers.ts';
import {
  followDesiredWorkers,
  readDesiredWorkers,
  writeDesiredWorkers,
} from '../src/start/desired-workers.ts';
import { keepLocalSecret } from '../src/start/local-secret.ts';
import { apiEnvironment, workerEnvironment } from '../src/start/service-environments.ts';
import { createWorkerPool } from '../src/start/worker-pool.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orders-start-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('a port that is taken is told with who has it and another way', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await expect(checkPort(port)).rejects.toThrow(
    new RegExp(
      `^port ${port} is taken by .*: stop it, or choose another port, such as \`PORT=${port + 1} npx`,
    ),
  );
  if (process.platform === 'linux')
    await expect(checkPort(port)).rejects.toThrow(`process ${process.pid} (`);
  await new Promise((resolve) => server.close(resolve));
  await expect(checkPort(port)).resolves.toBeUndefined();
});

test('the secret is made once, long, and readable by this user alone', async () => {
  const file = join(folder, 'deep/jwt-secret');
  const secrets = await Promise.all(Array.from({ length: 5 }, () => keepLocalSecret(file)));
  expect(new Set(secrets).size).toBe(1);
  expect(secrets[0]).toMatch(/^[\w-]{64}$/);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await readFile(file, 'utf8')).trim()).toBe(await keepLocalSecret(file));
});

test('parts are stopped in the order of service, whatever order they came in, and each once', async () => {
  const stopped: string[] = [];
  const failed: string[] = [];
  const closers = createClosers((part) => failed.push(part));
  for (const part of [
    'postgres',
    'workers',
    'folder',
    'api',
    'redis',
    'simulator',
    'stack-file',
  ] as const) {
    closers.add(part, async () => {
      stopped.push(part);
      if (part === 'workers') throw new Error('did not stop');
    });
  }
  await Promise.all([closers.closeAll(), closers.closeAll()]);
  expect(stopped).toEqual([
    'stack-file',
    'api',
    'workers',
    'simulator',
    'redis',
    'postgres',
    'folder',
  ]);
  expect(failed).toEqual(['workers']);
});

test('a part that comes up while everything is being stopped is stopped, too', async () => {
  const closers = createClosers(() => {});
  const closing = closers.closeAll();
  const close = vi.fn(() => Promise.resolve());
  closers.add('redis', close);
  await closing;
  await closers.closeAll();
  expect(close).toHaveBeenCalledOnce();
});

test('the environment of start wins over local values, but not over the wiring of the stack', () => {
  const wiring = {
    databaseUrl: 'postgresql://here',
    redisUrl: 'redis://here',
    simulatorUrl: 'http://here',
    jwt: { secret: 's', issuer: 'i', audience: 'a' },
  };
  const given = {
    PATH: '/bin',
    NODE_ENV: 'production',
    BACKORDER_MAX_WAIT_SECONDS: '60',
    DATABASE_URL: 'postgresql://elsewhere',
    JWKS_URL: 'https://elsewhere',
    JWT_SECRET_FILE: '/elsewhere',
    INTERNAL_PORT: '1',
  };
  expect(workerEnvironment(given, wiring, { internalPort: 7 })).toMatchObject({
    PATH: '/bin',
    NODE_ENV: 'development',
    BACKORDER_MAX_WAIT_SECONDS: '60',
    GIVE_UP_AFTER_SECONDS: '600',
    DATABASE_URL: 'postgresql://here',
    PAYMENT_PROVIDER_URL: 'http://here',
    INTERNAL_PORT: '7',
  });
  const api = apiEnvironment(given, wiring, { port: 3000, internalPort: 8 });
  expect(api).toMatchObject({ PORT: '3000', JWT_SECRET: 's', RATE_LIMIT_CUSTOMER: '1000000' });
  expect(api).not.toHaveProperty('JWKS_URL');
  expect(api).not.toHaveProperty('JWT_SECRET_FILE');
});

test('the number of workers asked for last is followed, one change after the other', async () => {
  const file = join(folder, 'workers');
  const stop = new AbortController();
  const seen: number[] = [];
  let changing = 0;
  await writeDesiredWorkers(file, 1);
  const following = followDesiredWorkers(
    file,
    1,
    async (count) => {
      expect((changing += 1)).toBe(1);
      seen.push(count);
      if (count === 3) await writeDesiredWorkers(file, 2);
      changing -= 1;
    },
    stop.signal,
  );
  await writeDesiredWorkers(file, 3);
  await vi.waitUntil(() => seen.at(-1) === 2, { timeout: 5_000 });
  stop.abort();
  await following;
  expect(seen).toEqual([3, 2]);
});

test.each(['', 'many', '-1', '1000', '65', '3.5'])(
  'a number of workers that reads "%s" is none',
  async (text) => {
    const file = join(folder, 'odd-workers');
    await writeFile(file, text);
    expect(await readDesiredWorkers(file)).toBeNull();
  },
);

test('a worker is shown when it is ready and no longer when it is being stopped', async () => {
  const closed: string[] = [];
  const shown: string[][] = [];
  const launch = async (name: string) => ({
    name,
    internalUrl: null,
    log: '',
    process: createFakeProcess(name, () => {
      closed.push(name);
      expect(pool.ready().map((worker) => worker.name)).not.toContain(name);
    }),
  });
  const pool = createWorkerPool(launch, () => shown.push(pool.ready().map(({ name }) => name)));
  await pool.scale(3);
  await pool.scale(1);
  await pool.scale(2);
  await pool.scale(0);
  expect(closed.sort()).toEqual(['worker-1', 'worker-2', 'worker-2', 'worker-3']);
  expect(shown.filter((names, index) => names.join() !== shown[index - 1]?.join())).toEqual([
    ['worker-1', 'worker-2', 'worker-3'],
    ['worker-1'],
    ['worker-1', 'worker-2'],
    [],
  ]);
});

function createFakeProcess(name: string, onClose: () => void): SupervisedProcess {
  return {
    name,
    pid: 1,
    restarts: 0,
    ready: Promise.resolve(),
    signal: () => true,
    kill: () => true,
    restart: () => Promise.resolve(),
    close: async () => onClose(),
  };
}
