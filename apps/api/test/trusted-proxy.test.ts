import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, type TestApi } from './build.ts';

let trusting: TestApi;
let strict: TestApi;

beforeAll(async () => {
  trusting = await build({ env: { TRUST_PROXY: '127.0.0.0/8' } });
  strict = await build();
});

afterAll(async () => {
  await trusting?.close();
  await strict?.close();
});

const request = (id: string, remoteAddress = '127.0.0.1') => ({
  url: '/orders/x',
  headers: { 'x-request-id': id },
  remoteAddress,
});

test('a trusted proxy names the request', async () => {
  const { headers, body } = await trusting.ask(request('from-proxy-1'));
  expect([headers['x-request-id'], body['requestId']]).toEqual(['from-proxy-1', 'from-proxy-1']);
});

test('nobody else does', async () => {
  expect((await trusting.ask(request('forged', '10.0.0.1'))).headers['x-request-id']).not.toBe(
    'forged',
  );
  expect((await strict.ask(request('forged'))).headers['x-request-id']).not.toBe('forged');
});

test('not even a trusted proxy puts what it likes into logs and headers', async () => {
  const { headers } = await trusting.ask(request('a b<script>'));
  expect(headers['x-request-id']).toMatch(/^[\w-]+$/);
});

test('no two requests have the same name', async () => {
  const ids = new Set<unknown>();
  for (let at = 0; at < 50; at += 1) {
    ids.add((await strict.ask({ url: '/nowhere' })).headers['x-request-id']);
  }
  expect(ids.size).toBe(50);
});
