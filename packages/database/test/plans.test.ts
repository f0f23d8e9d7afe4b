import { claimDueOrders } from '@orders/database/dispatch/claim-due-orders';
import { hasOverdue } from '@orders/database/dispatch/has-overdue';
import { makeAllDue } from '@orders/database/dispatch/queue-marker';
import { wakeBackorders } from '@orders/database/dispatch/wake-backorders';
import { markDue } from '@orders/database/orders/mark-due';
import { readOrder } from '@orders/database/orders/read-order';
import { recordFailure } from '@orders/database/orders/record-failure';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { begin, place, POLICY, settle } from './drive-orders.ts';
import { makeOrder } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  // One connection, so that it has prepared every statement.
  database = await startDatabase({ poolSize: 1 });
  await addProduct(database, 'A-1', 1);
});
afterAll(() => database.close());

/** Tables that grow with the orders, so that none may ever be read as a whole. */
const GROWING =
  /Seq Scan on (orders|order_items|order_events|payment_attempts|refunds|backorders|dead_letters|order_failures)\b/;
/** Good for listing orders; to find one of known id they lead through all of its status or moment. */
const LISTING = /using (orders_status_created|orders_created|orders_customer_created)\b/;

// A prepared statement keeps its plan until statistics are gathered, which on a fresh database may
// take a minute of full load: what is planned on an almost empty table has to be right for a full one.
test('plans that were made on an almost empty database are good for a full one', async () => {
  for (let n = 0; n < 3; n += 1) {
    const [id = ''] = await place(database, [
      makeOrder({ items: { 'A-1': 1 }, idempotencyKey: 'k' }),
    ]);
    await begin(database, [id]);
    await begin(database, [id]);
    await settle(database, [id], { kind: 'declined', code: 'x', retryable: n === 0 });
    await settle(database, [id], 'captured');
    await recordFailure(
      database,
      { orderId: id, dispatch: 9, step: 'x', kind: 'own', message: '' },
      POLICY,
    );
    await markDue(database, [id]);
    await makeAllDue(database);
    await claimDueOrders(database, 100);
    await wakeBackorders(database);
    await hasOverdue(database, 1_000);
    await readOrder(database, id);
  }
  const statements = await database.prisma.$queryRaw<{ statement: string }[]>`
    SELECT statement FROM pg_prepared_statements WHERE statement ~ '^\\s*(SELECT|WITH|UPDATE|INSERT|DELETE)'`;
  expect(statements.length).toBeGreaterThan(15);
  // After a loss of Redis all open orders are read, once.
  const looked = statements.filter(
    ({ statement }) => !statement.endsWith('WHERE next_check_at IS NOT NULL'),
  );
  const bad: string[] = [];
  for (const statement of [...looked.map((row) => row.statement), ...(await readFunctions())]) {
    const rows = await database.sql<{ 'QUERY PLAN': string }>(
      `EXPLAIN (GENERIC_PLAN) ${statement}`,
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    if (GROWING.test(plan) || LISTING.test(plan)) bad.push(`${statement}\n${plan}`);
  }
  expect(bad).toEqual([]);
});

/** What functions ask, as statements: their plans are kept as well, and nobody lists those. */
async function readFunctions(): Promise<string[]> {
  const functions = await database.sql<{ prosrc: string; names: string[]; types: string[] }>(`
    SELECT prosrc, proargnames::text[] AS names, string_to_array(oidvectortypes(proargtypes), ', ') AS types
      FROM pg_proc WHERE pronamespace = current_schema()::regnamespace`);
  expect(functions).toHaveLength(2);
  return functions.map(({ prosrc, names, types }) => {
    const query = /BEGIN\s+RETURN(?: QUERY)?\s+(.*);\s*END/s.exec(prosrc)?.[1] ?? '';
    const parameters = new Map(types.map((type, n) => [names[n], `$${n + 1}::${type}`]));
    const asked = query.replace(/\w+/g, (word) => parameters.get(word) ?? word);
    return asked.startsWith('SELECT') ? asked : `SELECT ${asked}`;
  });
}
