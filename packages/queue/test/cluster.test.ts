import { startLossMarker } from '@orders/queue/loss-marker';
import { startQueueState } from '@orders/queue/queue-state';
import { expect, onTestFinished, test, vi } from 'vitest';
import { consume, job, logger, produce, useRedis } from './start-queue.ts';

const redis = useRedis({
  settings: { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' },
});

test('all shards work on a Redis Cluster', { timeout: 30_000 }, async () => {
  await redis.cli.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await vi.waitFor(async () => {
    expect(await redis.cli.call('CLUSTER', 'INFO')).toContain('cluster_state:ok');
  }, 10_000);
  const url = `redis+cluster://127.0.0.1:${redis.server.port}`;
  const producer = produce(url, 3);
  const state = startQueueState({ url, shards: 3, logger });
  onTestFinished(() => state.close());
  const marker = startLossMarker({ url, logger });
  onTestFinished(() => {
    marker.close();
  });
  const jobs = Array.from({ length: 30 }, () => job());
  await vi.waitFor(async () => {
    expect(await producer.enqueue(jobs, { deadlineMs: 1_000 })).toEqual({ kind: 'enqueued' });
  }, 10_000);
  expect((await state.counts()).reduce((sum, { waiting }) => sum + waiting, 0)).toBe(30);
  expect(await marker.advance(2)).toBe(1);
  expect((await marker.observe(2)).generation).toBe(1);
  const seen = new Set<string>();
  consume(
    url,
    async ({ orderId }) => {
      seen.add(orderId);
      return { kind: 'done' };
    },
    { shards: 3 },
  );
  await vi.waitFor(() => {
    expect(seen.size).toBe(30);
  }, 10_000);
});
