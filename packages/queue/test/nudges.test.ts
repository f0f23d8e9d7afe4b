import { randomUUID } from 'node:crypto';
import { startTestRedis } from '@orders/local-services/start-test-redis';
import { shardOf } from '@orders/queue/job-identity';
import { startNudgePublisher } from '@orders/queue/nudge-publisher';
import { type NudgesOptions, startNudges } from '@orders/queue/nudges';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { logger, useRedis } from './start-queue.ts';

const redis = useRedis();

const soon = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000, interval: 10 });

function publisher(url = redis.server.url, shards = 1) {
  const started = startNudgePublisher({ url, shards, logger });
  onTestFinished(() => started.close());
  return started;
}

function listen(url = redis.server.url, options: Partial<NudgesOptions> = {}) {
  const started = startNudges({ url, shards: 1, logger, ...options });
  onTestFinished(() => started.close());
  return started;
}

const channels = () => redis.cli.pubsub('CHANNELS', '*:nudges');

/** Publishes until it is heard: the connections may have just begun. */
async function publishUntilHeard(
  { publish }: ReturnType<typeof publisher>,
  orderId: string,
  listener: ReturnType<typeof vi.fn>,
): Promise<void> {
  listener.mockClear();
  await soon(() => {
    publish([orderId]);
    expect(listener).toHaveBeenCalled();
  });
}

test('who listens to an order hears of it, and of no other', async () => {
  const [id, other] = [randomUUID(), randomUUID()];
  const [one, two, stranger] = [vi.fn<() => void>(), vi.fn<() => void>(), vi.fn<() => void>()];
  const nudges = listen();
  nudges.subscribe(id, one);
  nudges.subscribe(id, two);
  nudges.subscribe(other, stranger);
  const nudge = publisher();
  await publishUntilHeard(nudge, id, one);
  expect(two).toHaveBeenCalled();
  stranger.mockClear();
  two.mockClear();
  nudge.publish([id]);
  await soon(() => expect(two).toHaveBeenCalled());
  expect(stranger).not.toHaveBeenCalled();
});

test('the orders of many batches are one message', async () => {
  const ids = Array.from({ length: 500 }, () => randomUUID());
  const listener = vi.fn<() => void>();
  const nudges = listen();
  for (const id of ids) nudges.subscribe(id, listener);
  const nudge = publisher();
  await publishUntilHeard(nudge, ids[0] ?? '', listener);
  const messages = vi.fn<(channel: string, message: string) => void>();
  const spy = redis.cli.duplicate();
  onTestFinished(() => spy.disconnect());
  spy.on('message', messages);
  await spy.subscribe('{orders-0}:nudges');
  for (let from = 0; from < 500; from += 50) nudge.publish(ids.slice(from, from + 50));
  await soon(() => expect(messages.mock.calls.at(-1)?.[1].split(',')).toEqual(ids));
});

test('while nobody listens, hardly anything is sent', async () => {
  const nudge = publisher();
  const sent = vi.spyOn(Redis.prototype, 'publish');
  onTestFinished(() => sent.mockRestore());
  await soon(() => {
    nudge.publish([randomUUID()]);
    expect(sent).toHaveBeenCalled();
  });
  sent.mockClear();
  const until = performance.now() + 500;
  while (performance.now() < until) {
    nudge.publish([randomUUID()]);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(sent.mock.calls.length).toBeLessThanOrEqual(4);
});

test('who has left hears nothing any more', async () => {
  const id = randomUUID();
  const [stays, leaves] = [vi.fn<() => void>(), vi.fn<() => void>()];
  const nudges = listen();
  nudges.subscribe(id, stays);
  const leave = nudges.subscribe(id, leaves);
  const nudge = publisher();
  await publishUntilHeard(nudge, id, stays);
  leave();
  leave();
  leaves.mockClear();
  stays.mockClear();
  nudge.publish([id]);
  await soon(() => expect(stays).toHaveBeenCalled());
  expect(leaves).not.toHaveBeenCalled();
});

test('only the shards of orders that somebody waits for are listened to', async () => {
  const shards = 4;
  const id = randomUUID();
  const nudges = listen(undefined, { shards, upkeepIntervalMs: 50 });
  const nudge = publisher(undefined, shards);
  await soon(async () => expect(await channels()).toEqual([]));
  const listener = vi.fn<() => void>();
  const leave = nudges.subscribe(id, listener);
  await soon(async () =>
    expect(await channels()).toEqual([`{orders-${shardOf(id, shards)}}:nudges`]),
  );
  await publishUntilHeard(nudge, id, listener);
  leave();
  await soon(async () => expect(await channels()).toEqual([]));
  nudges.subscribe(id, listener);
  await publishUntilHeard(nudge, id, listener);
});

test('who begins to listen is nudged once the listening has begun', async () => {
  const listener = vi.fn<() => void>();
  listen().subscribe(randomUUID(), listener);
  await soon(() => expect(listener).toHaveBeenCalledTimes(1));
});

describe('while Redis is away', () => {
  test('nothing is kept and nobody waits; when it is back, listeners look and hear again', async () => {
    const own = await startTestRedis({ restart: { delayMs: 300 } });
    onTestFinished(() => own.close());
    const id = randomUUID();
    const listener = vi.fn<() => void>();
    const nudges = listen(own.url);
    nudges.subscribe(id, listener);
    const nudge = publisher(own.url);
    await publishUntilHeard(nudge, id, listener);
    own.process.kill();
    const late = vi.fn<() => void>();
    nudges.subscribe(randomUUID(), late);
    listener.mockClear();
    const startedAt = performance.now();
    for (let n = 0; n < 10_000; n += 1) nudge.publish([id]);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await soon(() => expect(listener).toHaveBeenCalled());
    await soon(() => expect(late).toHaveBeenCalled());
    await publishUntilHeard(nudge, id, listener);
  });

  test('a Redis that hangs is given little, and is listened to again afterwards', async () => {
    const own = await startTestRedis();
    onTestFinished(() => own.close());
    const id = randomUUID();
    const listener = vi.fn<() => void>();
    const nudges = listen(own.url, { upkeepIntervalMs: 100 });
    nudges.subscribe(id, listener);
    const nudge = publisher(own.url);
    await publishUntilHeard(nudge, id, listener);
    const sent = vi.spyOn(Redis.prototype, 'publish');
    own.process.signal('SIGSTOP');
    try {
      await soon(() => {
        nudge.publish([id]);
        expect(sent.mock.calls.length).toBeGreaterThanOrEqual(4);
      });
      for (let n = 0; n < 100_000; n += 1) nudge.publish([randomUUID()]);
      const until = performance.now() + 300;
      while (performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(sent.mock.calls.length).toBeLessThanOrEqual(8);
    } finally {
      own.process.signal('SIGCONT');
      sent.mockRestore();
    }
    await publishUntilHeard(nudge, id, listener);
  });

  test('from the beginning, nothing fails', async () => {
    const nowhere = 'redis://127.0.0.1:1';
    const leave = listen(nowhere).subscribe(randomUUID(), vi.fn<() => void>());
    publisher(nowhere).publish([randomUUID()]);
    leave();
  });
});
