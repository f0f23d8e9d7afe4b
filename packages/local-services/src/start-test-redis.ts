import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeOnDeath } from './reap-on-death.ts';
import { startRedis, type Redis, type RedisOptions } from './start-redis.ts';

/**
 * Starts an empty Redis for tests on a free port, in a temporary folder that is gone with `close()`,
 * or with this process. Nothing is kept on disk unless `appendonly` is asked for.
 */
export async function startTestRedis(options: Omit<RedisOptions, 'dir'> = {}): Promise<Redis> {
  const dir = await mkdtemp(join(tmpdir(), 'orders-test-redis-'));
  const keep = removeOnDeath(dir);
  const remove = async (): Promise<void> => {
    await rm(dir, { recursive: true, force: true });
    keep();
  };
  try {
    const server = await startRedis({ appendonly: false, ...options, dir });
    const { close } = server;
    server.close = async () => {
      await close();
      await remove();
    };
    return server;
  } catch (error) {
    await remove();
    throw error;
  }
}
