import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { consume, job, produce, useRedis } from './start-queue.ts';

const redis = useRedis();
const waitUntil = (check: () => void | Promise<void>, timeout = 15_000) =>
  vi.waitFor(check, { timeout, interval: 20 });

/**
 * A way to Redis that can swallow everything: connections stay open and new ones are accepted, but
 * no byte passes, and what met the hole never passes again.
 */
async function startHole() {
  const state = { open: true };
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(redis.server.port, '127.0.0.1');
    const wasOpen = state.open;
    let lost = !wasOpen;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => {
        lost ||= !state.open;
        if (!lost) to.write(chunk);
      });
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return { state, url: `redis://127.0.0.1:${address.port}` };
}

test('a producer in a black hole keeps its deadline, gives up soon, and is back within 3 s after', async () => {
  await redis.cli.flushall();
  const { state, url } = await startHole();
  const producer = produce(url);
  const enqueue = () => producer.enqueue([job()], { deadlineMs: 300 });
  await waitUntil(async () => {
    expect((await enqueue()).kind).toBe('enqueued');
  });
  state.open = false;
  const startedAt = performance.now();
  expect((await enqueue()).kind).toBe('failed');
  expect(performance.now() - startedAt).toBeLessThan(450);
  await waitUntil(() => {
    expect(producer.isConnected()).toBe(false);
  }, 3_000);
  state.open = true;
  const healedAt = performance.now();
  await waitUntil(async () => {
    expect((await enqueue()).kind).toBe('enqueued');
  });
  expect(performance.now() - healedAt).toBeLessThan(3_000);
});

test(
  'a consumer in a black hole of 20 s takes jobs again within 3 s after',
  { timeout: 60_000 },
  async () => {
    await redis.cli.flushall();
    const { state, url } = await startHole();
    const seen: string[] = [];
    consume(url, async ({ orderId }) => {
      seen.push(orderId);
      return { kind: 'done' };
    });
    const producer = produce(redis.server.url);
    const [before, after] = [job(), job()];
    await producer.enqueue([before], { deadlineMs: 2_000 });
    await waitUntil(() => {
      expect(seen).toEqual([before.orderId]);
    });
    state.open = false;
    const until = performance.now() + 20_000;
    await waitUntil(() => {
      expect(performance.now()).toBeGreaterThan(until);
    }, 25_000);
    state.open = true;
    const healedAt = performance.now();
    await producer.enqueue([after], { deadlineMs: 2_000 });
    await waitUntil(() => {
      expect(seen).toEqual([before.orderId, after.orderId]);
    });
    expect(performance.now() - healedAt).toBeLessThan(3_000);
  },
);
