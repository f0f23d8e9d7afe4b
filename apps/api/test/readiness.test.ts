import { startTestRedis } from '@orders/local-services/start-test-redis';
import { expect, onTestFinished, test } from 'vitest';
import { startCatalogueDatabase } from './catalogue.ts';
import { spawnService, waitForHealth } from './service.ts';

test('a Redis that hangs with its connections open is told, and does not make the api unready', async () => {
  const [catalogue, redis] = await Promise.all([startCatalogueDatabase(), startTestRedis()]);
  onTestFinished(async () => {
    await redis.close();
    await catalogue.close();
  });
  const service = await spawnService({ DATABASE_URL: catalogue.url, REDIS_URL: redis.url });
  onTestFinished(async () => {
    service.process.kill('SIGKILL');
    await service.exited;
  });
  const queue = async () => (await waitForHealth(service, 200))['queue'];
  await expect.poll(queue, { timeout: 15_000 }).toBe('ok');

  redis.process.signal('SIGSTOP');
  try {
    expect(await waitForHealth(service, 200)).toEqual({
      status: 'ready',
      database: 'ok',
      queue: 'degraded',
    });
  } finally {
    redis.process.signal('SIGCONT');
  }
  await expect.poll(queue, { timeout: 15_000 }).toBe('ok');
});
