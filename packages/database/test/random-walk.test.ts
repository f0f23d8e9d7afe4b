import {
  actOnDeadLetter,
  type OperatorAct,
} from '@orders/database/dead-letters/act-on-dead-letter';
import { claimDueOrders } from '@orders/database/dispatch/claim-due-orders';
import { wakeBackorders } from '@orders/database/dispatch/wake-backorders';
import { adjustStock } from '@orders/database/inventory/adjust-stock';
import { beginOrders } from '@orders/database/orders/begin-orders';
import { cancelOrder } from '@orders/database/orders/cancel-order';
import { countStart } from '@orders/database/orders/count-start';
import { placeOrders } from '@orders/database/orders/place-orders';
import { createPriceMemory } from '@orders/database/orders/price-memory';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { POLICY } from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';
import { callProvider, chance, IMPATIENT, pick } from './walk-provider.ts';

const SKUS = times(4, (n) => `WALK-${n}`);
const memory = createPriceMemory();

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase({ poolSize: 16 });
  for (const sku of SKUS) await addProduct(database, sku, 40);
});
afterAll(() => database.close());

/** Makes a share of what is planned due now. */
const hurry = (share: number): Promise<unknown[]> =>
  database.sql(
    `UPDATE orders SET next_check_at = now() WHERE id IN (
       SELECT id FROM orders WHERE next_check_at > now() AND random() < $1 ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)`,
    [share],
  );

const ids: string[] = [];
const STEPS: (() => Promise<unknown>)[] = [
  async () => {
    const orders = times(6, () =>
      makeOrder({
        items: Object.fromEntries(
          SKUS.filter(() => chance(0.5))
            .concat('WALK-0')
            .map((sku) => [sku, 1 + Math.floor(Math.random() * 3)]),
        ),
      }),
    );
    await placeOrders(database, orders, { duplicateWindowSeconds: 60, memory });
    ids.push(...orders.map(({ id }) => id));
  },
  async () => {
    await hurry(0.5);
    const runs = await claimDueOrders(database, 20);
    for (const run of runs.filter(() => chance(0.1))) await countStart(database, run, IMPATIENT);
    await callProvider(database, runs, await beginOrders(database, runs, IMPATIENT));
  },
  () => wakeBackorders(database),
  async () => {
    const orderId = pick(ids);
    if (orderId === undefined) return;
    await cancelOrder(database, { orderId, customerId: null, reason: 'walk', actor: 'walker' });
  },
  async () => {
    const sku = pick(SKUS) ?? '';
    const delta = chance(0.3) ? -10 : 15;
    await adjustStock(database, {
      sku,
      delta,
      reason: 'walk',
      actor: 'walker',
      idempotencyKey: `${Math.random()}`,
    });
  },
  async () => {
    const letters = await database.sql<{ id: string }>(
      `SELECT id FROM dead_letters WHERE state = 'open' LIMIT 20`,
    );
    const letter = pick(letters);
    if (letter === undefined) return;
    const acts: OperatorAct[] = [
      { kind: 'redrive', force: chance(0.5) },
      { kind: 'discard', reason: 'walk' },
      { kind: 'resolve', outcome: 'not_charged', reference: null, reason: 'walk' },
      { kind: 'resolve', outcome: 'charged', reference: `seen-${letter.id}`, reason: 'walk' },
    ];
    await actOnDeadLetter(
      database,
      letter.id,
      pick(acts) ?? { kind: 'redrive', force: true },
      'walker',
    );
  },
];

test('whatever happens in whatever order, stock, money, log, dead letters and counters add up', async () => {
  for (let round = 0; round < 8; round += 1) {
    await Promise.all(
      times(8, async () => {
        for (let n = 0; n < 10; n += 1) {
          const weights = [0, 0, 1, 1, 1, 1, 2, 3, 4, 5, 5];
          await STEPS[pick(weights) ?? 0]?.();
        }
      }),
    );
    await expectConsistent(database);
  }
  const seen = await database.sql<{ type: string }>(
    'SELECT DISTINCT type FROM order_events ORDER BY 1',
  );
  expect(seen.map(({ type }) => type)).toEqual(
    expect.arrayContaining([
      'placed',
      'reserved',
      'backordered',
      'completed',
      'rejected',
      'failed',
      'redriven',
      'cancelled',
    ]),
  );
});

test('left to itself afterwards, every order comes to rest', async () => {
  for (const sku of SKUS) {
    await adjustStock(database, {
      sku,
      delta: 5_000,
      reason: 'walk',
      actor: 'walker',
      idempotencyKey: `end-${sku}`,
    });
  }
  const open = () => database.sql(`SELECT id, status FROM orders WHERE next_check_at IS NOT NULL`);
  for (let round = 0; round < 80 && (await open()).length > 0; round += 1) {
    await wakeBackorders(database);
    await hurry(1);
    const runs = await claimDueOrders(database, 2_000);
    await callProvider(database, runs, await beginOrders(database, runs, POLICY));
  }
  expect(await open()).toEqual([]);
  await expectConsistent(database);
  const kept = await database.sql(
    `SELECT o.id, o.status, p.charge_id FROM orders o JOIN payment_attempts p ON p.order_id = o.id AND p.outcome = 'captured'
      WHERE o.status IN ('cancelled', 'rejected')
        AND NOT EXISTS (SELECT FROM refunds r WHERE r.charge_id = p.charge_id AND r.refunded_at IS NOT NULL)`,
  );
  expect(kept).toEqual([]);
});
