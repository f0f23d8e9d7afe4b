import { startTestRedis } from '@orders/local-services/start-test-redis';
import { hasLost, startLossMarker } from '@orders/queue/loss-marker';
import { expect, onTestFinished, test, vi } from 'vitest';
import { logger } from './start-queue.ts';

const waitUntil = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 10_000, interval: 20 });

test(
  'a flush, a return to older data and another run of Redis are each seen as a loss',
  { timeout: 30_000 },
  async () => {
    const redis = await startTestRedis({
      appendonly: true,
      settings: { appendfsync: 'always' },
      restart: { delayMs: 100 },
    });
    onTestFinished(() => redis.close());
    const marker = startLossMarker({ url: redis.url, logger });
    onTestFinished(() => {
      marker.close();
    });

    await waitUntil(async () => {
      expect((await marker.observe(0)).generation).toBeNull();
    });
    const { runId } = await marker.observe(0);
    expect(runId).toMatch(/^[0-9a-f]{40}$/);
    await marker.set(0, 6);
    expect(await marker.advance(0)).toBe(7);
    expect(await marker.advance(1)).toBe(1);
    const known = { runId, generation: 7 };
    expect(hasLost(await marker.observe(0), known)).toBe(false);

    await marker.set(0, 6);
    expect(hasLost(await marker.observe(0), known)).toBe(true);
    await marker.set(0, 8);
    expect(hasLost(await marker.observe(0), known)).toBe(false);

    redis.process.kill();
    await expect(marker.observe(0)).rejects.toThrow();
    await waitUntil(async () => {
      const observed = await marker.observe(0);
      expect(observed.generation).toBe(8);
      expect(observed.runId).not.toBe(runId);
      expect(hasLost(observed, known)).toBe(true);
    });
  },
);

test('text that is no number is as good as no marker', () => {
  expect(hasLost({ runId: 'a', generation: null }, { runId: 'a', generation: 0 })).toBe(true);
});
