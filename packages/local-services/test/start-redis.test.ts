import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis as Client } from 'ioredis';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startRedis, type Redis, type RedisOptions } from '@orders/local-services/start-redis';
import { startTestRedis } from '@orders/local-services/start-test-redis';
import { waitUntil } from '@orders/local-services/wait-until';
import { makeFolder } from './make-folder.ts';

vi.setConfig({ testTimeout: 120_000 });
const run = promisify(execFile);

async function start(dir: string, options: Partial<RedisOptions> = {}): Promise<Redis> {
  const redis = await startRedis({ dir, ...options });
  onTestFinished(() => redis.close());
  return redis;
}

function connect({ url }: Redis): Client {
  const client = new Client(url);
  client.on('error', () => {});
  onTestFinished(() => client.disconnect());
  return client;
}

/** The commands of the system, but no Redis. */
async function makePathWithoutRedis(): Promise<string> {
  const folder = await makeFolder();
  const names = (await readdir('/usr/bin')).filter((name) => !/redis|valkey/.test(name));
  await Promise.all(names.map((name) => symlink(join('/usr/bin', name), join(folder, name))));
  return folder;
}

test.runIf(existsSync('/usr/bin/apt-get'))(
  'without a Redis on the PATH one is fetched, once, and its command line client works as pasted',
  async () => {
    const folder = await makeFolder();
    const distDir = join(folder, 'redis-dist');
    const env = { ...process.env, PATH: await makePathWithoutRedis() };
    const lines: string[] = [];
    const log = (line: string): number => lines.push(line);
    const options = { distDir, env, log };
    const both = await Promise.all([
      start(join(folder, 'a'), options),
      start(join(folder, 'b'), options),
    ]);
    expect(lines).toEqual(['fetching Redis from the packages of this distribution']);
    expect((await readdir(distDir)).toSorted()).toEqual(['redis.json', 'root']);
    for (const redis of both) {
      const client = connect(redis);
      await client.set('key', 'value');
      const { stdout } = await run('/bin/sh', [
        '-c',
        `redisCli='${redis.cli}'; $redisCli flushall`,
      ]);
      expect(stdout).toBe('OK\n');
      expect(await client.get('key')).toBeNull();
    }
    await start(join(folder, 'c'), options);
    expect(lines, 'no second time').toHaveLength(1);
  },
);

test('without any way to a Redis, one error names the three ways out', async () => {
  const folder = await makeFolder();
  const starting = startRedis({
    dir: join(folder, 'redis'),
    distDir: join(folder, 'redis-dist'),
    env: { PATH: await makeFolder() },
  });
  await expect(starting).rejects.toThrow(
    /^there is no Redis: .*apt-get is not here.*Set REDIS_URL .*install redis .*docker compose up -d redis/,
  );
});

test('a Redis or Valkey on the PATH is used, and nothing is fetched', async () => {
  const { process: own, cli, close } = await startTestRedis();
  expect(own.pid).not.toBeNull();
  await close();
  const folder = await makeFolder();
  await mkdir(join(folder, 'bin'));
  const server = join(folder, 'bin', 'valkey-server');
  // The one of this machine under another name, wherever it was found.
  const real = cli.replace(/ -p \d+$/, '').replace(/(redis|valkey)-cli$/, '$1-server');
  await writeFile(server, `#!/bin/sh\nexec ${real} "$@"\n`);
  await writeFile(join(folder, 'bin', 'valkey-cli'), '#!/bin/sh\n');
  await chmod(server, 0o755);
  await chmod(join(folder, 'bin', 'valkey-cli'), 0o755);
  const env = { PATH: `${join(folder, 'bin')}:${await makePathWithoutRedis()}` };
  const distDir = join(folder, 'redis-dist');
  for (const options of [
    { env, distDir },
    { serverPath: server, distDir },
  ]) {
    const redis = await start(await makeFolder(), options);
    expect(await connect(redis).ping()).toBe('PONG');
    expect(redis.cli).toBe(`${join(folder, 'bin', 'valkey-cli')} -p ${redis.port}`);
  }
  expect(existsSync(distDir)).toBe(false);
});

test('what was written survives a stop and a start, and SIGKILL', async () => {
  const folder = await makeFolder();
  const first = await start(folder);
  await connect(first).set('stopped', 'kept');
  await first.close();
  const second = await start(folder, { restart: { delayMs: 50 } });
  const client = connect(second);
  await client.set('killed', 'kept');
  second.process.kill();
  await waitUntil(() => second.process.restarts > 0, { what: 'a restart', timeoutMs: 5000 });
  await second.process.ready;
  expect(await client.mget('stopped', 'killed')).toEqual(['kept', 'kept']);
});

test('it never evicts, keeps what it has, and listens on loopback only', async () => {
  const client = connect(await start(await makeFolder()));
  const read = async (name: string): Promise<unknown> =>
    Object.values(await client.config('GET', name)).at(-1);
  expect(await read('maxmemory-policy')).toBe('noeviction');
  expect(await read('appendonly')).toBe('yes');
  expect(await read('appendfsync')).toBe('everysec');
  expect(await read('bind')).toBe('127.0.0.1');
  expect(await read('protected-mode')).toBe('yes');
});

test('a taken port and a folder in use are reported in one line', async () => {
  const folder = await makeFolder();
  const { port } = await start(folder);
  await expect(startRedis({ dir: await makeFolder(), port })).rejects.toThrow(
    `Redis: port ${port} on 127.0.0.1 is taken`,
  );
  await expect(startRedis({ dir: folder })).rejects.toThrow(
    `${folder} is in use by process ${process.pid}`,
  );
});
