import { placeOrders } from '@orders/database/orders/place-orders';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { makeOrder } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

const WINDOW = { duplicateWindowSeconds: 10_800 };

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
  await addProduct(database, 'PEN-0001', 1_000);
});
afterAll(() => database.close());

test('an order that cannot be read is no business of those that were placed and read beside it', async () => {
  const known = makeOrder({ idempotencyKey: 'known' });
  const newer = makeOrder({ idempotencyKey: 'newer' });
  await placeOrders(database, [known, newer], WINDOW);
  await database.sql('ALTER TABLE orders DROP CONSTRAINT orders_status_known');
  await database.sql(`UPDATE orders SET status = 'parked' WHERE id = $1`, [newer.id]);

  const again = (order: typeof known) => ({ ...order, id: makeOrder().id });
  const fresh = makeOrder();
  const placements = await placeOrders(database, [again(newer), fresh, again(known)], WINDOW);
  expect(placements).toMatchObject([
    { kind: 'unread', error: { name: 'UnknownStatusError' } },
    { kind: 'placed', order: { id: fresh.id } },
    { kind: 'replayed', order: { id: known.id } },
  ]);
});
