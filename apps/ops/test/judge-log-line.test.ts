import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { judgeLogLine } from '../src/invariants/judge-log-line.ts';
import { scanLogs } from '../src/invariants/scan-logs.ts';
import { mintToken } from '../src/tokens/mint-token.ts';

const SECRETS = [{ name: "the database's password", text: 'kj3h4k5jh34k5jh' }];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orders-logs-'));
});
afterAll(() => rm(folder, { recursive: true }));

test.each([
  ['an ordinary line', '{"level":"info","orderId":"01a1f72d","msg":"Order completed."}'],
  ['a refused request', '{"level":"warn","res":{"statusCode":404},"msg":"no"}'],
  [
    'a 503 as problem+json',
    '{"res":{"statusCode":503,"contentType":"application/problem+json; charset=utf-8"}}',
  ],
  ['a censored token', '{"authorization":"Bearer [redacted]"}'],
  ['text that is not JSON', 'LOG:  database system is ready'],
])('%s is clean', (_, line) => {
  expect(judgeLogLine(line, SECRETS)).toEqual([]);
});

test.each([
  [
    'a secret',
    'connect to postgresql://u:kj3h4k5jh34k5jh@host/db failed',
    "contains the database's password",
  ],
  [
    'an unhandled rejection',
    'UnhandledPromiseRejection: boom',
    'tells of an error that nothing handled',
  ],
  [
    'an unhandled error of a service',
    '{"msg":"Shutting down after an error that nothing handled."}',
    'tells of an error that nothing handled',
  ],
  [
    'a bare 500',
    '{"res":{"statusCode":500},"msg":"x"}',
    'tells of a 500 that was not application/problem+json',
  ],
  [
    'a 502 as HTML',
    '{"statusCode":502,"contentType":"text/html"}',
    'tells of a 502 that was not application/problem+json',
  ],
])('%s is found', (_, line, detail) => {
  expect(judgeLogLine(line, SECRETS)).toEqual([detail]);
});

test('any token is found, whoever signed it, and is not repeated', async () => {
  const issuer = { secret: 'x'.repeat(32), issuer: 'a', audience: 'b' };
  const token = await mintToken(issuer, { subject: 'c', ttlSeconds: 60 });
  expect(judgeLogLine(`{"headers":{"x":"${token}"}}`, [])).toEqual(['contains a JSON Web Token']);
});

test('all logs below a folder are read, and each kind of wrong is told once per file', async () => {
  await mkdir(join(folder, 'deep'));
  await writeFile(join(folder, 'api.ndjson'), 'fine\nunhandledRejection\nunhandledRejection\n');
  await writeFile(join(folder, 'deep/worker.log'), 'password kj3h4k5jh34k5jh\n');
  await writeFile(join(folder, 'notes.txt'), 'unhandledRejection\n');
  expect(await scanLogs(folder, SECRETS)).toEqual({
    findings: [
      { subject: 'api.ndjson:2', detail: 'tells of an error that nothing handled' },
      { subject: 'deep/worker.log:1', detail: "contains the database's password" },
    ],
    lines: 4,
  });
});

test('a folder that does not exist is a usage error, not a clean bill', async () => {
  await expect(scanLogs(join(folder, 'missing'), [])).rejects.toThrow(/--logs .*ENOENT/);
});
