import { startTestRedis } from '@orders/local-services/start-test-redis';
import type { Redis } from '@orders/local-services/start-redis';
import { onTestFinished } from 'vitest';
import { build, type TestApi } from './build.ts';
import { type CatalogueDatabase, KEYBOARD, startCatalogueDatabase } from './catalogue.ts';
import { addStock } from './drive-order.ts';
import { type EventClient, openEvents } from './event-client.ts';
import { bearer } from './tokens.ts';

export interface StreamWorld {
  readonly catalogue: CatalogueDatabase;
  readonly redis: Redis;
  /** Listens, and has no Redis: whatever is seen is seen in PostgreSQL. */
  readonly api: TestApi;
  /** Another API, with a listener, closed with the test. */
  start(env?: Record<string, string>): Promise<{ api: TestApi; origin: string }>;
  placeOne(): Promise<string>;
  /** A stream of the order's events, as `customer-1`; hung up with the test. */
  open(id: string, headers?: Record<string, string>, origin?: string): Promise<EventClient>;
  close(): Promise<void>;
}

/** What tests of streams stand on. Each file has its own. */
export async function startStreamWorld(): Promise<StreamWorld> {
  const authorization = await bearer();
  const [catalogue, redis] = await Promise.all([startCatalogueDatabase(), startTestRedis()]);
  await addStock(catalogue.database, KEYBOARD, 1_000_000);
  const listen = async (env: Record<string, string>) => {
    const api = await build({
      env: { DATABASE_URL: catalogue.url, EVENT_HEARTBEAT_SECONDS: '1', ...env },
    });
    return { api, origin: await api.app.listen({ host: '127.0.0.1', port: 0 }) };
  };
  const { api, origin } = await listen({ EVENT_STREAMS_PER_CUSTOMER: '100' });
  let quantity = 0;

  return {
    catalogue,
    redis,
    api,
    start: async (env = {}) => {
      const own = await listen(env);
      onTestFinished(() => own.api.close());
      return own;
    },
    placeOne: async () => {
      const { body } = await api.place({ items: [{ sku: KEYBOARD, quantity: (quantity += 1) }] });
      return String(body['id']);
    },
    open: async (id, headers = {}, at = origin) => {
      const client = await openEvents(`${at}/orders/${id}/events`, { authorization, ...headers });
      onTestFinished(() => client.hangUp());
      return client;
    },
    close: async () => {
      await api.close();
      await redis.close();
      await catalogue.close();
    },
  };
}
