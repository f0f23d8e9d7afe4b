import { countStart } from '@orders/database/orders/count-start';
import { type Failure, recordFailure } from '@orders/database/orders/record-failure';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { begin, place, POLICY, readRuns, readStatuses, readStock, settle } from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase({ poolSize: 20 });
  await addProduct(database, 'PEN-0001', 1_000);
});
afterAll(() => database.close());
afterEach(() => expectConsistent(database));

const placeOne = async (sku = 'PEN-0001'): Promise<string> =>
  (await place(database, [makeOrder({ items: { [sku]: 1 } })]))[0] ?? '';

const fail = (orderId: string, rest: Partial<Failure> = {}) =>
  recordFailure(
    database,
    { orderId, dispatch: 1_000, step: 'begin', kind: 'own', message: 'boom', ...rest },
    POLICY,
  );

const readLetters = (id: string) =>
  database.sql('SELECT reason, from_status, state, detail FROM dead_letters WHERE order_id = $1', [
    id,
  ]);

test('the fifth failure of its own fails the order with exactly one dead letter', async () => {
  const id = await placeOne();
  for (const attempts of [1, 2, 3, 4]) {
    expect(await fail(id)).toEqual({ kind: 'retry', attempts });
  }
  expect(await fail(id)).toEqual({ kind: 'failed' });
  expect(await readStatuses(database, [id])).toEqual(['failed']);
  expect(await readLetters(id)).toEqual([
    {
      reason: 'attempts_exhausted',
      from_status: 'pending',
      state: 'open',
      detail: { error: 'boom' },
    },
  ]);
  // Late ones add nothing.
  await Promise.all(times(5, () => fail(id)));
  expect(await readLetters(id)).toHaveLength(1);
  const failures = await database.sql('SELECT kind FROM order_failures WHERE order_id = $1', [id]);
  expect(failures).toHaveLength(10);
});

test('twenty failures at once are counted one after the other, and open one dead letter', async () => {
  const id = await placeOne();
  const counts = await Promise.all(times(20, () => fail(id)));
  expect(counts.filter(({ kind }) => kind === 'failed')).toHaveLength(1);
  expect(await readLetters(id)).toHaveLength(1);
});

test('an outage spends no attempt, however often it is met', async () => {
  const id = await placeOne();
  for (let n = 0; n < 10; n += 1) {
    expect(await fail(id, { kind: 'outage' })).toEqual({ kind: 'retry', attempts: 0 });
  }
  expect(await readStatuses(database, [id])).toEqual(['pending']);
});

test('the failure of a run that has been superseded is written down, and does not count', async () => {
  const id = await placeOne();
  expect(await fail(id, { dispatch: 0 })).toEqual({ kind: 'retry', attempts: 0 });
  expect(await fail(makeOrder().id)).toEqual({ kind: 'retry', attempts: 0 });
});

test('a step forward starts the count anew', async () => {
  const id = await placeOne();
  for (let n = 0; n < 4; n += 1) await fail(id);
  await begin(database, [id]);
  expect(await fail(id)).toEqual({ kind: 'retry', attempts: 1 });
});

test('an order that fails while its payment is unknown keeps its stock', async () => {
  await addProduct(database, 'A-1', 5);
  const id = await placeOne('A-1');
  await begin(database, [id]);
  for (let n = 0; n < 5; n += 1) await fail(id, { step: 'settle' });
  expect(await readStatuses(database, [id])).toEqual(['failed']);
  expect(await readLetters(id)).toMatchObject([{ from_status: 'reserved' }]);
  expect(await readStock(database, 'A-1')).toEqual({ on_hand: 5, reserved: 1, sold: 0 });
});

test('an order that fails after a definite no to its payment gives its stock back', async () => {
  await addProduct(database, 'B-1', 5);
  const id = await placeOne('B-1');
  await begin(database, [id]);
  await database.sql(`UPDATE payment_attempts SET outcome = 'voided' WHERE order_id = $1`, [id]);
  for (let n = 0; n < 5; n += 1) await fail(id);
  expect(await readStock(database, 'B-1')).toEqual({ on_hand: 5, reserved: 0, sold: 0 });
});

test('a backordered order that fails leaves the line', async () => {
  await addProduct(database, 'C-1', 0);
  const id = await placeOne('C-1');
  await begin(database, [id]);
  for (let n = 0; n < 5; n += 1) await fail(id);
  expect(await readStatuses(database, [id])).toEqual(['failed']);
  expect(await database.sql('SELECT * FROM backorders WHERE order_id = $1', [id])).toEqual([]);
});

test('an order at rest cannot fail any more', async () => {
  const id = await placeOne();
  await begin(database, [id]);
  await settle(database, [id], 'captured');
  for (let n = 0; n < 6; n += 1) await fail(id);
  expect(await readStatuses(database, [id])).toEqual(['completed']);
  expect(await readLetters(id)).toEqual([]);
});

test('an error message of any content can be written down', async () => {
  const message = `\u0000 NUL, \ud800 half a pair, ${'x'.repeat(450)}${'🚪'.repeat(2_000)}`;
  for (const shift of ['', 'x']) {
    const id = await placeOne();
    for (let n = 0; n < 5; n += 1) await fail(id, { message: shift + message });
    expect(await readStatuses(database, [id])).toEqual(['failed']);
  }
});

test('five starts after a dead worker are allowed; the next one is a dead letter, whatever runs at once', async () => {
  await addProduct(database, 'D-1', 5);
  const id = await placeOne('D-1');
  const [run] = await readRuns(database, [id]);
  if (run === undefined) throw new Error('no run');
  for (let n = 0; n < 5; n += 1) expect(await countStart(database, run, POLICY)).toBe(true);
  const further = await Promise.all(times(5, () => countStart(database, run, POLICY)));
  expect(further.filter((mayRun) => !mayRun)).toHaveLength(1);
  // The others may begin a run, which finds an order at rest.
  expect(await begin(database, [id])).toEqual([{ kind: 'rest' }]);
  expect(await readLetters(id)).toEqual([
    { reason: 'worker_killed', from_status: 'pending', state: 'open', detail: { starts: 5 } },
  ]);
});

test('any step forward forgets the starts before it', async () => {
  const id = await placeOne();
  const count = async () => {
    const [run] = await readRuns(database, [id]);
    return run === undefined ? false : countStart(database, run, POLICY);
  };
  for (let n = 0; n < 5; n += 1) expect(await count()).toBe(true);
  await begin(database, [id]);
  for (let n = 0; n < 5; n += 1) expect(await count()).toBe(true);
  expect(await count()).toBe(false);
});

test('a start of a superseded run is not counted', async () => {
  const id = await placeOne();
  await database.sql('UPDATE orders SET dispatch = 2 WHERE id = $1', [id]);
  for (let n = 0; n < 10; n += 1) {
    expect(await countStart(database, { orderId: id, dispatch: 1 }, POLICY)).toBe(true);
  }
  expect(await countStart(database, { orderId: makeOrder().id, dispatch: 1 }, POLICY)).toBe(true);
});
