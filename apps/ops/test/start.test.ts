import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { findFreePort } from '@orders/local-services/free-port';
import { readStackFile, type Stack } from '@orders/local-services/stack-file';
import { waitUntil } from '@orders/local-services/wait-until';
import { afterAll, beforeAll, expect, test } from 'vitest';

const MAIN = resolve(import.meta.dirname, '../dist/main.js');
const run = promisify(execFile);

let folder: string;
let stackFile: string;
let environment: NodeJS.ProcessEnv;
let started: Started;

interface Started {
  readonly process: ChildProcess;
  readonly exited: Promise<number | NodeJS.Signals | null>;
  stdout(): string;
  stderr(): string;
}

function start(): Started {
  const child = spawn(process.execPath, [MAIN, 'start'], { env: environment, stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  return {
    process: child,
    exited: new Promise((done) => child.once('close', (code, signal) => done(code ?? signal))),
    stdout: () => stdout,
    stderr: () => stderr,
  };
}

async function waitForStack({ stderr, stdout }: Started): Promise<Stack> {
  const ready = async (): Promise<Stack | null> =>
    stdout().includes('Ctrl-C stops') ? readStackFile(stackFile) : null;
  return waitUntil(ready, { what: 'the stack to be ready', timeoutMs: 90_000 }).catch(() => {
    throw new Error(`the stack is not ready: ${stderr()}`);
  });
}

async function ops(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await run(process.execPath, [MAIN, ...args, '--json'], { env: environment });
  return JSON.parse(stdout) as Record<string, unknown>;
}

function pidOf(stack: Stack | null, name: string): number {
  return stack?.processes.find((each) => each.name === name)?.pid ?? 0;
}

function isGone(pid: number): boolean {
  try {
    return !process.kill(pid, 0);
  } catch {
    return true;
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orders-local-'));
  stackFile = join(folder, 'stack.json');
  environment = {
    ...process.env,
    NODE_ENV: 'development',
    LOCAL_FOLDER: folder,
    PORT: String(await findFreePort()),
  };
  started = start();
  await waitForStack(started);
}, 120_000);
afterAll(async () => {
  started.process.kill('SIGKILL');
  await started.exited;
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 500 });
}, 60_000);

test('the first order is placed, followed to completed, and told', () => {
  expect(started.stdout()).toMatch(
    /^First order [0-9a-f-]{36}: 1 x \S+ for \S+ USD is completed after/,
  );
});

test('the curl lines work as pasted', async () => {
  const lines = started
    .stdout()
    .split('\n')
    .filter((line) => line.startsWith('curl '));
  expect(lines.length).toBeGreaterThanOrEqual(4);
  for (const line of lines) {
    const { stdout } = await run('sh', ['-c', `${line} -w '\\n%{http_code}'`]);
    expect(stdout).toMatch(/\n(200|201)$/);
  }
});

test('a second start in the same folder says in one line that one runs', async () => {
  const second = start();
  expect(await second.exited).toBe(1);
  expect(second.stderr()).toBe(
    `a stack runs in this folder already (process ${started.process.pid}): use that one, or stop it by Ctrl-C or \`kill ${started.process.pid}\`\n`,
  );
});

test('scale waits until so many workers are ready, and stops the surplus', async () => {
  const up = await ops('scale', '2');
  expect(up).toMatchObject({ workers: 2, pids: [expect.any(Number), expect.any(Number)] });
  const down = await ops('scale', '1');
  expect(down).toMatchObject({ workers: 1 });
  const stack = await readStackFile(stackFile);
  expect(stack?.processes.filter(({ name }) => name.startsWith('worker-'))).toHaveLength(1);
});

test('a load run during which the only worker is killed -9 ends with its verdict green', async () => {
  const before = pidOf(await readStackFile(stackFile), 'worker-1');
  const loading = ops('load', '--orders', '300', '--connections', '100');
  const ledger = join(folder, 'simulator/ledger.ndjson');
  const isUnderWay = async (): Promise<boolean> =>
    (await readFile(ledger, 'utf8')).split('\n').length > 20;
  await waitUntil(isUnderWay, { what: 'the run to be under way', timeoutMs: 20_000 });
  process.kill(before, 'SIGKILL');
  const result = await loading;
  expect(result).toMatchObject({
    verdict: 'pass',
    failures: [],
    placed: 300,
    accepted: 300,
    distinctIds: 300,
    rows: 300,
    byStatus: { completed: 300 },
  });
  expect(await readFile(String(result['report']), 'utf8')).toContain('Passed');
  const after = pidOf(await readStackFile(stackFile), 'worker-1');
  expect(after).not.toBe(before);
  expect(isGone(after)).toBe(false);
}, 90_000);

test('from a stock of 20 exactly 20 orders complete and the others are rejected', async () => {
  const result = await ops('load', '--orders', '60', '--connections', '60', '--stock', '20');
  expect(result).toMatchObject({ verdict: 'pass', byStatus: { completed: 20, rejected: 40 } });
}, 90_000);

test('afterwards every invariant holds, and no log tells a secret', async () => {
  const report = await ops('invariants', '--healed', '--logs', join(folder, 'logs'));
  expect(report).toMatchObject({ verdict: 'pass', violations: [], skipped: {} });
  expect(report['checked']).toMatchObject({
    orders: expect.any(Number),
    charges: expect.any(Number),
  });
});

test('SIGTERM stops everything within 15 s, and orders are there again after the next start', async () => {
  const stack = await readStackFile(stackFile);
  const { checked } = (await ops('invariants')) as { checked: { orders: number } };
  const startMs = performance.now();
  started.process.kill('SIGTERM');
  expect(await started.exited).toBe(0);
  expect(performance.now() - startMs).toBeLessThan(15_000);
  expect(stack?.processes.map(({ pid }) => pid).filter((pid) => !isGone(pid))).toEqual([]);
  expect(await readStackFile(stackFile)).toBeNull();

  started = start();
  await waitForStack(started);
  const again = (await ops('invariants')) as { checked: { orders: number } };
  expect(again.checked.orders).toBe(checked.orders + 1);
}, 120_000);

test('killed -9 itself, it leaves nothing running', async () => {
  const stack = await readStackFile(stackFile);
  started.process.kill('SIGKILL');
  await started.exited;
  await waitUntil(() => stack?.processes.every(({ pid }) => isGone(pid)) ?? false, {
    what: 'everything it started to be gone',
    timeoutMs: 15_000,
  });
  expect(await readStackFile(stackFile)).toBeNull();
}, 30_000);
