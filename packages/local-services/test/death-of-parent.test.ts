import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { endProcesses } from '@orders/local-services/end-processes';
import { identifyProcess, isAlive, readProcess } from '@orders/local-services/process-identity';
import { startPostgres } from '@orders/local-services/start-postgres';
import { startRedis } from '@orders/local-services/start-redis';
import { waitUntil } from '@orders/local-services/wait-until';
import { listChildren } from './list-children.ts';
import { makeFolder } from './make-folder.ts';
import { makeServerFolder } from './make-server-folder.ts';
import { fixture, startParent } from './start-parent.ts';

vi.setConfig({ testTimeout: 60_000 });

/** Promised; what is measured here is far less. */
const deadline = { what: 'everything to be gone', timeoutMs: 15_000 };

const nodeIn = (folder: string, script: string): string =>
  `node=${fixture(script)}=${join(folder, 'log')}`;

const identify = (pids: readonly number[]): NonNullable<ReturnType<typeof identifyProcess>>[] =>
  pids.map((pid) => identifyProcess(pid)).filter((identity) => identity !== null);

test('PostgreSQL, Redis and programs end when their supervisor is killed with SIGKILL', async () => {
  const folder = await makeServerFolder();
  const [postgresDir, redisDir] = [join(folder, 'postgres'), join(folder, 'redis')];
  const parent = await startParent(
    `postgres=${postgresDir}`,
    `redis=${redisDir}`,
    nodeIn(folder, 'idle.mjs'),
  );
  const started = identify([...Object.values(parent.pids), ...listChildren(parent.pids.postgres)]);
  expect(started.length).toBeGreaterThan(5);
  process.kill(parent.pid, 'SIGKILL');
  await waitUntil(() => !started.some(isAlive), deadline);

  const log = await readFile(join(postgresDir, 'postgres.log'), 'utf8');
  expect(log, 'a fast shutdown, not a crash').toContain('database system is shut down');
  // The folders are free again.
  const [postgres, redis] = await Promise.all([
    startPostgres({ dataDir: postgresDir }),
    startRedis({ dir: redisDir }),
  ]);
  await Promise.all([postgres.close(), redis.close()]);
});

test('programs that ignore SIGTERM or are stopped end, too', async () => {
  for (const [script, signal] of [
    ['stubborn.mjs', 'SIGCONT'],
    ['idle.mjs', 'SIGSTOP'],
  ] as const) {
    const folder = await makeFolder();
    const parent = await startParent(nodeIn(folder, script));
    await waitUntil(async () => (await readFile(join(folder, 'log'), 'utf8')) !== '', {
      what: 'its first line',
      timeoutMs: 5000,
    });
    const started = identify(Object.values(parent.pids));
    process.kill(parent.pids.node ?? 0, signal);
    process.kill(parent.pid, 'SIGKILL');
    await waitUntil(() => !started.some(isAlive), deadline);
  }
});

test('a reaper that was killed is replaced, and the new one knows everything', async () => {
  const parent = await startParent(nodeIn(await makeFolder(), 'idle.mjs'));
  const isReaper = (pid: number): boolean => readProcess(pid)?.args[0]?.includes('reaper') === true;
  const findReaper = (not?: number): Promise<number> =>
    waitUntil(() => listChildren(parent.pid).find((pid) => pid !== not && isReaper(pid)), {
      what: 'a reaper',
      timeoutMs: 5000,
    });
  const first = await findReaper();
  process.kill(first, 'SIGKILL');
  const second = await findReaper(first);
  const started = identify([...Object.values(parent.pids), second]);
  process.kill(parent.pid, 'SIGKILL');
  await waitUntil(() => !started.some(isAlive), deadline);
});

test('Ctrl-C in the terminal of the supervisor does not reach what it started', async () => {
  const folder = await makeFolder();
  const parent = await startParent(`redis=${folder}`, nodeIn(folder, 'idle.mjs'));
  const started = identify(Object.values(parent.pids));
  // A terminal signals the whole foreground group; the parent's own handler ignores it.
  process.kill(-parent.pid, 'SIGINT');
  await expect(
    waitUntil(() => !started.every(isAlive), { what: 'a death', timeoutMs: 500 }),
  ).rejects.toThrow('waited');
  process.kill(parent.pid, 'SIGKILL');
  await waitUntil(() => !started.some(isAlive), deadline);
});

test('what supervisor and reaper both left behind is ended by the next start', async () => {
  const folder = await makeServerFolder();
  const [postgresDir, redisDir] = [join(folder, 'postgres'), join(folder, 'redis')];
  const parent = await startParent(`postgres=${postgresDir}`, `redis=${redisDir}`);
  const started = identify(Object.values(parent.pids));
  const reaper = listChildren(parent.pid).find((pid) => !Object.values(parent.pids).includes(pid));
  const supervisor = identify([parent.pid]);
  // Nobody but the next start would end them.
  onTestFinished(() =>
    endProcesses(
      started.map((each) => ({ ...each, stopSignal: 'SIGINT' })),
      5000,
    ),
  );
  process.kill(parent.pid, 'SIGSTOP');
  process.kill(reaper ?? 0, 'SIGKILL');
  process.kill(parent.pid, 'SIGKILL');
  await waitUntil(() => !supervisor.some(isAlive), deadline);
  expect(started.every(isAlive)).toBe(true);
  const lines: string[] = [];
  const log = (line: string): number => lines.push(line);
  const postgres = await startPostgres({ dataDir: postgresDir, log });
  const redis = await startRedis({ dir: redisDir, log });
  await Promise.all([postgres.close(), redis.close()]);
  expect(started.some(isAlive)).toBe(false);
  expect(lines.filter((line) => line.includes('an earlier start left behind'))).toHaveLength(2);
});
