import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { answersOk } from '@orders/local-services/answers-ok';
import { findFreePort } from '@orders/local-services/free-port';
import { startProcess, type SupervisedProcess } from '@orders/local-services/start-process';
import { waitUntil } from '@orders/local-services/wait-until';
import { makeFolder } from './make-folder.ts';
import { fixture } from './start-parent.ts';

vi.setConfig({ testTimeout: 30_000 });

type Overrides = Partial<Parameters<typeof startProcess>[0]> & { delayMs?: number };

async function startHttp(
  overrides: Overrides = {},
): Promise<{ child: SupervisedProcess; url: string; logFile: string }> {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}/`;
  const logFile = join(await makeFolder(), 'logs', 'child.ndjson');
  const child = startProcess({
    name: 'child',
    command: process.execPath,
    args: [fixture('http.mjs')],
    env: { PORT: String(port), DELAY_MS: String(overrides.delayMs ?? 0) },
    logFile,
    readyUrl: url,
    ...overrides,
  });
  onTestFinished(() => child.close({ graceMs: 2000 }));
  return { child, url, logFile };
}

test('a process is ready when its URL answers, and both its outputs are in its log', async () => {
  const { child, url, logFile } = await startHttp({ delayMs: 300 });
  expect(await answersOk(url)).toBe(false);
  await child.ready;
  expect(await answersOk(url)).toBe(true);
  expect(await readFile(logFile, 'utf8')).toBe('hello\nhello from stderr\n');
  expect((await stat(logFile)).mode & 0o777).toBe(0o600);
});

test('a process that dies is started again after the delay, as often as that happens', async () => {
  const exits: unknown[] = [];
  const starts: number[] = [];
  const { child, url, logFile } = await startHttp({
    restart: { delayMs: 200 },
    onStart: ({ restarts }) => starts.push(restarts),
    onExit: (exit) => exits.push(exit),
  });
  await child.ready;
  const firstPid = child.pid;
  expect(child.kill()).toBe(true);
  await waitUntil(() => child.pid === null, { what: 'its death', timeoutMs: 2000 });
  const diedAt = Date.now();
  await waitUntil(() => child.restarts === 1, { what: 'a restart', timeoutMs: 5000 });
  expect(Date.now() - diedAt).toBeGreaterThan(100);
  await child.ready;
  expect(child.pid).not.toBe(firstPid);

  await answersOk(`${url}crash`);
  await waitUntil(() => child.restarts === 2, { what: 'another restart', timeoutMs: 5000 });
  await child.ready;
  expect(exits).toEqual([
    { code: null, signal: 'SIGKILL', willRestart: true },
    { code: 3, signal: null, willRestart: true },
  ]);
  expect(starts).toEqual([0, 1, 2]);
  expect((await readFile(logFile, 'utf8')).match(/^hello$/gm)).toHaveLength(3);
});

test('a process without a restart policy stays dead', async () => {
  const onExit = vi.fn();
  const { child } = await startHttp({ onExit });
  await child.ready;
  child.kill();
  await waitUntil(() => child.pid === null, { what: 'its death', timeoutMs: 2000 });
  expect(onExit).toHaveBeenCalledExactlyOnceWith({
    code: null,
    signal: 'SIGKILL',
    willRestart: false,
  });
});

test('one that fails before it was ever ready says why, and is not tried again', async () => {
  const { child } = await startHttp({
    args: [fixture('failing.mjs')],
    restart: { delayMs: 1 },
  });
  await expect(child.ready).rejects.toThrow(
    /child ended with exit code 2 before it was ready; .*DATABASE_URL is missing/s,
  );
  expect(child.pid).toBeNull();
  expect(child.restarts).toBe(0);
});

test('a program that does not exist is reported by its name', async () => {
  const { child } = await startHttp({ command: '/does/not/exist' });
  await expect(child.ready).rejects.toThrow(/child could not be started.*\/does\/not\/exist/s);
});

test('one that is not ready in time is reported with the end of its log', async () => {
  const { child } = await startHttp({ delayMs: 60_000, readyTimeoutMs: 500 });
  await expect(child.ready).rejects.toThrow(/child is not ready.*hello from stderr/s);
});

test('a restart asked for is graceful and happens at once', async () => {
  const { child, logFile } = await startHttp({ restart: { delayMs: 60_000 } });
  await child.ready;
  const firstPid = child.pid;
  await child.restart();
  expect(child.pid).not.toBe(firstPid);
  expect(child.restarts).toBe(1);
  expect(await readFile(logFile, 'utf8')).toContain('ended in order');
});

test('close ends it in order, twice is once, and it is not started again', async () => {
  const { child, url, logFile } = await startHttp({ restart: { delayMs: 1 } });
  await child.ready;
  await Promise.all([child.close(), child.close()]);
  expect(child.pid).toBeNull();
  expect(child.kill()).toBe(false);
  expect(await answersOk(url)).toBe(false);
  expect(child.restarts).toBe(0);
  expect(await readFile(logFile, 'utf8')).toContain('ended in order');
});

test('close during the pause before a restart prevents it', async () => {
  const { child } = await startHttp({ restart: { delayMs: 150 } });
  await child.ready;
  child.kill();
  await waitUntil(() => child.pid === null, { what: 'its death', timeoutMs: 2000 });
  await child.close();
  await expect(
    waitUntil(() => child.restarts > 0, { what: 'a restart', timeoutMs: 400 }),
  ).rejects.toThrow('waited');
});

test('one that ignores SIGTERM is killed after its grace', async () => {
  const { child, logFile } = await startHttp({ args: [fixture('stubborn.mjs')] });
  await waitUntil(async () => (await readFile(logFile, 'utf8')).includes('deaf'), {
    what: 'the handler',
    timeoutMs: 5000,
  });
  const before = Date.now();
  await child.close({ graceMs: 300 });
  expect(Date.now() - before).toBeGreaterThanOrEqual(290);
  expect(child.pid).toBeNull();
});

test('one that is stopped (SIGSTOP) still closes in order', async () => {
  const { child, logFile } = await startHttp();
  await child.ready;
  child.signal('SIGSTOP');
  await child.close();
  expect(await readFile(logFile, 'utf8')).toContain('ended in order');
});
