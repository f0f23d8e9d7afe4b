import path from 'node:path';
import { migrate } from '@orders/database/migrate';
import { beginOrders } from '@orders/database/orders/begin-orders';
import { cancelOrder } from '@orders/database/orders/cancel-order';
import { placeOrders } from '@orders/database/orders/place-orders';
import { settleOrders } from '@orders/database/orders/settle-orders';
import { settleRefund } from '@orders/database/payments/settle-refund';
import { seedCatalogue } from '@orders/database/seed-catalogue';
import { fingerprintBasket, hashRequest } from '@orders/domain/basket';
import { PRODUCTION_RETRY_POLICY } from '@orders/domain/retry-policy';
import { startTestPostgres } from '@orders/local-services/start-test-postgres';
import { NO_FAILPOINTS } from '@orders/service/failpoints';
import { createMetrics } from '@orders/service/metrics';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { createWorkerDatabase } from '../src/database.ts';

const MIGRATIONS = path.resolve(import.meta.dirname, '../../../prisma/migrations');

test('who follows an order is told of each step, the end of a refund too, and its rest is counted', async () => {
  const postgres = await startTestPostgres();
  onTestFinished(() => postgres.close());
  await migrate(postgres.url, { directory: MIGRATIONS });
  const config = readConfig({
    NODE_ENV: 'test',
    DATABASE_URL: postgres.url,
    REDIS_URL: 'redis://127.0.0.1:1',
    PAYMENT_PROVIDER_URL: 'http://127.0.0.1:1',
  });
  const metrics = createMetrics();
  const told: string[] = [];
  const nudges = { publish: (ids: readonly string[]) => void told.push(...ids), close: () => {} };
  const database = createWorkerDatabase(config, { metrics, failpoints: NO_FAILPOINTS, nudges });
  onTestFinished(() => database.close());
  await seedCatalogue(database, { count: 1, stock: 1 });
  const { sku } = await database.prisma.product.findFirstOrThrow();

  const id = crypto.randomUUID();
  const items = [{ sku, quantity: 1 }];
  const request = { items, metadata: {}, expectedTotal: null, allowDuplicate: false };
  const order = {
    ...request,
    id,
    customerId: 'customer-1',
    actor: 'customer',
    idempotencyKey: null,
    requestHash: hashRequest(request),
    fingerprint: fingerprintBasket(items),
  };
  await placeOrders(database, [order], { duplicateWindowSeconds: 0 });
  await beginOrders(database, [{ orderId: id, dispatch: 1 }], PRODUCTION_RETRY_POLICY);
  await cancelOrder(database, { orderId: id, customerId: null, reason: null, actor: 'op' });
  const captured = { kind: 'captured', chargeId: 'ch_1' } as const;
  const settlement = { orderId: id, attempt: 1, result: captured };
  await settleOrders(database, [settlement], PRODUCTION_RETRY_POLICY);
  expect(told).toEqual([id, id, id]);
  await settleRefund(database, id, 1, 're_1');
  expect(told).toEqual([id, id, id, id]);
  expect(await metrics.render()).toMatch(
    /^orders_at_rest_total\{status="cancelled",reason="none"\} 1$/m,
  );
});
