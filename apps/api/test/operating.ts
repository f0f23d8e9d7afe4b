import type { Redis } from '@orders/local-services/start-redis';
import { startTestRedis } from '@orders/local-services/start-test-redis';
import { waitUntil } from '@orders/local-services/wait-until';
import type { Producer } from '@orders/queue/producer';
import { type QueueState, startQueueState } from '@orders/queue/queue-state';
import { createLogger } from '@orders/service/logger';
import { type Answer, build, type TestApi } from './build.ts';
import { type CatalogueDatabase, KEYBOARD, MOUSE, startCatalogueDatabase } from './catalogue.ts';
import { operatorBearer } from './tokens.ts';

/** An api with a PostgreSQL, a Redis and stock of its own, and an operator who asks it. */
export interface Operating {
  readonly catalogue: CatalogueDatabase;
  readonly redis: Redis;
  readonly queue: QueueState;
  readonly api: TestApi;
  get(url: string, headers?: Record<string, string>): Promise<Answer>;
  /** A body that is undefined is not sent, and neither is its type. */
  send(
    method: 'POST' | 'PUT',
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  close(): Promise<void>;
}

/** Units on hand of each product that is for sale. */
export const STOCK = 100_000;

export async function startOperating(env: Record<string, string> = {}): Promise<Operating> {
  const [catalogue, redis] = await Promise.all([startCatalogueDatabase(), startTestRedis()]);
  await catalogue.database.prisma.$executeRaw`
    WITH stocked AS (
      INSERT INTO inventory (sku, on_hand) SELECT unnest(${[KEYBOARD, MOUSE]}::text[]), ${STOCK}
      RETURNING sku
    )
    INSERT INTO stock_movements (sku, kind, delta, balance, reason, actor)
    SELECT sku, 'seed', ${STOCK}, ${STOCK}, 'opening stock', 'system' FROM stocked`;
  const logger = createLogger({ name: 'test', level: 'silent' });
  const queue = startQueueState({ url: redis.url, shards: 1, logger });
  const api = await build({ env: { DATABASE_URL: catalogue.url, REDIS_URL: redis.url, ...env } });
  await waitUntil(() => api.app.getDecorator<Producer>('producer').isConnected(), {
    what: 'the producer',
    timeoutMs: 10_000,
  });
  const authorization = await operatorBearer();
  return {
    catalogue,
    redis,
    queue,
    api,
    get: (url, headers = {}) => api.ask({ url, headers: { authorization, ...headers } }),
    send: (method, url, body, headers = {}) =>
      api.ask({
        method,
        url,
        headers: {
          authorization,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      }),
    close: async () => {
      await api.close();
      await queue.close();
      await redis.close();
      await catalogue.close();
    },
  };
}

/** The ids of a list. */
export function idsOf({ body }: Answer): unknown[] {
  return Array.isArray(body['data']) ? body['data'].map(({ id }) => id) : [];
}

/** The query of the next page by the answer's `Link`; empty on the last page. */
export function nextQuery({ headers }: Answer): string {
  const { link } = headers;
  if (typeof link !== 'string') return '';
  return /^<[^?>]+(\?[^>]+)>; rel="next"$/.exec(link)?.[1] ?? 'unreadable';
}
