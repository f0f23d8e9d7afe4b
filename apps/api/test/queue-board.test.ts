import { createServer, type Server } from 'node:http';
import { startTestRedis } from '@orders/local-services/start-test-redis';
import type { Redis } from '@orders/local-services/start-redis';
import { type Producer, startProducer } from '@orders/queue/producer';
import { createLogger } from '@orders/service/logger';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LoadedQueueBoard, loadQueueBoard } from '../src/admin/queues/load-queue-board.ts';
import { AUDIENCE, bearer, ISSUER, operatorBearer, SECRET } from './tokens.ts';

const logger = createLogger({ name: 'test', level: 'silent' });
let redis: Redis;
let producer: Producer;
let boards: { readonly board: LoadedQueueBoard; readonly server: Server; readonly url: string }[] =
  [];

async function startBoard(writable: boolean) {
  const tokens = {
    issuer: ISSUER,
    audience: AUDIENCE,
    keys: { kind: 'secret', secret: SECRET } as const,
  };
  const board = loadQueueBoard({
    redis: { url: redis.url, shards: 1 },
    tokens,
    writable,
    logger,
  });
  const server = createServer((request, response) => {
    void board.handle(request, response).then((handled) => {
      if (!handled) response.writeHead(404).end('elsewhere');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { board, server, url: `http://127.0.0.1:${address.port}` };
}

beforeAll(async () => {
  redis = await startTestRedis();
  producer = startProducer({ url: redis.url, shards: 1, logger });
  boards = [await startBoard(false), await startBoard(true)];
  await producer.enqueue([{ orderId: uuidv7(), dispatch: 1 }], { deadlineMs: 5_000 });
});
afterAll(async () => {
  for (const { board, server } of boards) {
    server.closeAllConnections();
    server.close();
    await board.close();
  }
  await producer?.close();
  await redis?.close();
});

const ask = async (which: number, path: string, authorization?: string, method = 'GET') =>
  fetch(`${boards[which]?.url}${path}`, {
    method,
    headers: authorization === undefined ? {} : { authorization },
  });

const asPassword = (token: string) =>
  `Basic ${Buffer.from(`olga:${token.replace('Bearer ', '')}`).toString('base64')}`;

test('the board wants an operator, and nobody else', async () => {
  for (const path of ['/queues', '/queues/api/queues', '/queues/static/nothing']) {
    expect((await ask(0, path)).status).toBe(401);
    expect((await ask(0, path, 'Bearer a.b.c')).status).toBe(401);
    expect((await ask(0, path, await bearer())).status).toBe(403);
  }
  expect((await ask(0, '/queues')).headers.get('www-authenticate')).toMatch(/^Basic realm=/);
});

test('an operator sees the queues, with his token as bearer or as password', async () => {
  const token = await operatorBearer();
  const page = await ask(0, '/queues', asPassword(token));
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<html')]);
  const queues = await ask(0, '/queues/api/queues', token);
  expect(await queues.json()).toMatchObject({
    queues: [{ name: 'orders-0', readOnlyMode: true, counts: { waiting: 1 } }],
  });
});

test('it changes nothing unless it was switched on', async () => {
  const token = await operatorBearer();
  expect((await ask(0, '/queues/api/queues/orders-0/pause', token, 'PUT')).status).toBe(405);
  expect((await ask(0, '/queues/api/queues/orders-0/obliterate', token, 'PUT')).status).toBe(405);
  expect((await ask(1, '/queues/api/queues/orders-0/pause', token, 'PUT')).status).toBe(200);
  expect((await ask(1, '/queues/api/queues/orders-0/pause', undefined, 'PUT')).status).toBe(401);
});

test('everything else is left to others', async () => {
  expect((await ask(0, '/queueshop')).status).toBe(404);
  expect(await (await ask(0, '/health/live')).text()).toBe('elsewhere');
});
