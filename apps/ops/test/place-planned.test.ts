import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { placePlanned } from '../src/load/place-planned.ts';
import { createPlacement, type Placement } from '../src/load/placement.ts';
import { planOrders, toRequestBody } from '../src/load/plan-orders.ts';

let close = (): Promise<void> => Promise.resolve();
afterEach(() => close());

/** What a server does with the nth request for an order; `count` begins at 1 for each key. */
type Behave = (request: {
  key: string;
  count: number;
  total: number;
}) => 'accept' | 'drop' | number;

/** A server that keeps orders by key, as the api does, and misbehaves as told. */
async function startServer(
  behave: Behave,
): Promise<{ url: string; ids: Map<string, string>; requests(): number }> {
  const ids = new Map<string, string>();
  const counts = new Map<string, number>();
  let total = 0;
  const answer = (request: IncomingMessage, response: ServerResponse, body: string): void => {
    const key = String(request.headers['idempotency-key']);
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    total += 1;
    const how = behave({ key, count, total });
    if (how === 'drop' || how === 'accept') {
      const id = ids.get(key) ?? `id-${key}`;
      ids.set(key, id);
      // Dropped after it was stored: the client cannot know.
      if (how === 'drop') request.socket.destroy();
      else response.writeHead(201).end(JSON.stringify({ id, metadata: JSON.parse(body).metadata }));
      return;
    }
    response
      .writeHead(how, { 'retry-after': '0', 'content-type': 'application/problem+json' })
      .end(JSON.stringify({ type: `/problems/for-${how}` }));
  };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => answer(request, response, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, ids, requests: () => total };
}

interface Wanted {
  readonly orders?: number;
  readonly connections?: number;
  readonly rate?: number;
  readonly patienceMs?: number;
}

async function placeAt(
  url: string,
  { orders = 100, connections = 100, rate, patienceMs = 5_000 }: Wanted = {},
): Promise<Placement[]> {
  const plan = {
    runId: 'test',
    orders,
    customers: 10,
    skus: ['A', 'B', 'C', 'D'],
    single: false,
    seed: 1,
  };
  const placements = planOrders(plan).map(createPlacement);
  const startMs = performance.now();
  await placePlanned(placements, {
    apiUrl: url,
    connections,
    rate: rate ?? null,
    authorize: (customerId) => `Bearer ${customerId}`,
    toBody: ({ order }) => toRequestBody(order, true),
    clock: () => performance.now() - startMs,
    onAccepted: () => {},
    patienceMs,
    stop: new AbortController().signal,
  });
  return placements;
}

function expectEachAcceptedOnce(placements: Placement[], ids: Map<string, string>): void {
  for (const { order, orderId, acceptedMs, sentMs } of placements) {
    expect(orderId).toBe(ids.get(order.idempotencyKey));
    expect(acceptedMs).toBeGreaterThanOrEqual(sentMs ?? Infinity);
  }
  expect(new Set(placements.map(({ orderId }) => orderId)).size).toBe(placements.length);
}

test('every order is sent once over as many connections as asked for', async () => {
  const server = await startServer(() => 'accept');
  const placements = await placeAt(server.url);
  expectEachAcceptedOnce(placements, server.ids);
  expect(server.requests()).toBe(100);
});

test('orders that are answered 503 or 429 are sent again under the same key until accepted', async () => {
  const server = await startServer(({ count }) =>
    count === 1 ? 503 : count === 2 ? 429 : 'accept',
  );
  const placements = await placeAt(server.url, { connections: 10 });
  expectEachAcceptedOnce(placements, server.ids);
  expect(placements.every(({ tries }) => tries === 3)).toBe(true);
});

test('connections that break after the order was stored lose nothing and place nothing twice', async () => {
  const server = await startServer(({ count, total }) =>
    count === 1 && total % 3 === 0 ? 'drop' : 'accept',
  );
  const placements = await placeAt(server.url, { orders: 300, connections: 30 });
  expectEachAcceptedOnce(placements, server.ids);
  expect(server.ids.size).toBe(300);
});

test('a refusal is an answer: it is not repeated, and its problem is kept', async () => {
  const server = await startServer(({ key }) => (key.endsWith('-7') ? 422 : 'accept'));
  const placements = await placeAt(server.url, { orders: 20, connections: 5 });
  const refused = placements.filter(({ orderId }) => orderId === null);
  expect(refused).toHaveLength(1);
  expect(refused[0]).toMatchObject({ answer: 422, problem: '/problems/for-422', tries: 1 });
});

test('when nothing is accepted for the whole patience, what is open stays open', async () => {
  const server = await startServer(() => 503);
  const placements = await placeAt(server.url, { orders: 10, connections: 10, patienceMs: 300 });
  expect(placements.every(({ orderId, answer }) => orderId === null && answer === 503)).toBe(true);
});

test('with nobody listening it gives up after the patience', async () => {
  const server = await startServer(() => 'accept');
  await close();
  const placements = await placeAt(server.url, { orders: 10, connections: 10, patienceMs: 300 });
  expect(placements.every(({ orderId, answer }) => orderId === null && answer === 'lost')).toBe(
    true,
  );
  close = () => Promise.resolve();
});

test('with a rate, an order that is held up by a slow one before it counts from when it was due', async () => {
  const server = await startServer(() => 'accept');
  const placements = await placeAt(server.url, { orders: 20, connections: 2, rate: 20 });
  expectEachAcceptedOnce(placements, server.ids);
  for (const [index, { sentMs }] of placements.entries()) {
    expect(sentMs).toBeLessThanOrEqual(1_000 * (index / 20) + 200);
  }
});
