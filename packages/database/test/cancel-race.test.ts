import { cancelOrder } from '@orders/database/orders/cancel-order';
import { settleOrders } from '@orders/database/orders/settle-orders';
import { settleRefund } from '@orders/database/payments/settle-refund';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { begin, handOn, place, POLICY, readStatuses } from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';
import { chance } from './walk-provider.ts';

const ROUNDS = 200;
/** Each with up to three transactions under way, and a connection for each of them. */
const AT_ONCE = 6;
/** What a worker is about to do when the cancel is asked for. */
const MOMENTS = ['begin', 'call', 'settle', 'end'] as const;
type Moment = (typeof MOMENTS)[number];

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase({ poolSize: 20 });
  for (let n = 0; n < AT_ONCE; n += 1) await addProduct(database, `PEN-${n}`, 1_000);
});
afterAll(() => database.close());

/** What a provider remembers: one charge per key, captured unless it was voided first. */
const charges = new Map<
  string,
  { readonly orderId: string; readonly said: 'captured' | 'voided' }
>();
const refundOf = new Map<string, string>();

function askProvider(key: string, orderId: string, kind: 'charge' | 'void') {
  const said = charges.get(key)?.said ?? (kind === 'charge' ? 'captured' : 'voided');
  charges.set(key, { orderId, said });
  return said === 'captured' ? { kind: said, chargeId: key } : { kind: said };
}

/** Runs an order as a worker does, with the dispatch that it has now, until it waits or rests. */
async function work(id: string, at: (moment: Moment) => Promise<unknown>): Promise<void> {
  for (let round = 0; round < 6; round += 1) {
    await at('begin');
    const [beginning] = await begin(database, [id]);
    if (beginning?.kind !== 'call') return;
    const { call } = beginning;
    await at('call');
    if (call.kind === 'refund') {
      refundOf.set(call.refund.key, call.refund.chargeId);
      await settleRefund(database, id, call.refund.n, `refund-of-${call.refund.chargeId}`);
    } else {
      const { key, attempt } = call.attempt;
      const outcome = call.kind === 'settle' ? call.outcome : askProvider(key, id, call.kind);
      await at('settle');
      // Half of them as by a run that has not reserved the order itself.
      const reserved = chance(0.5) ? handOn(beginning) : {};
      await settleOrders(
        database,
        [{ orderId: id, attempt, result: outcome, ...reserved }],
        POLICY,
      );
    }
    await at('end');
  }
}

const goOn = () => Promise.resolve();

/** Cancels an order at one moment of a worker's run, of two that freeze there, or of one. */
async function race(id: string, round: number): Promise<string> {
  const moment = MOMENTS[round % MOMENTS.length];
  const isFrozen = round % 8 >= 4;
  let ask = () => {};
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const cancelling = asked.then(() =>
    cancelOrder(database, { orderId: id, customerId: null, reason: 'race', actor: 'c' }),
  );
  // The run that the cancel dispatches; a frozen worker thaws when it is over.
  const after = cancelling.then(() => work(id, goOn));
  const first = work(id, async (now) => {
    if (now !== moment) return;
    ask();
    if (isFrozen) await after;
  });
  const second = round % 3 === 0 ? work(id, goOn) : goOn();
  await Promise.all([first, second]);
  ask();
  await after;
  await work(id, goOn);
  return (await cancelling).kind;
}

test('a cancel raced against every step, 200 rounds: money and stock end consistent, refunds once', async () => {
  const ids = await place(
    database,
    times(ROUNDS, (n) => makeOrder({ items: { [`PEN-${n % AT_ONCE}`]: 2 } })),
  );
  const ends = new Set<string>();
  for (let from = 0; from < ROUNDS; from += AT_ONCE) {
    const batch = ids.slice(from, from + AT_ONCE);
    const answers = await Promise.all(batch.map((id, n) => race(id, from + n)));
    const statuses = await readStatuses(database, batch);
    for (const [n, id] of batch.entries()) {
      const taken = Array.from(charges).filter(
        ([, c]) => c.orderId === id && c.said === 'captured',
      );
      const refunded = Array.from(refundOf.values()).filter(
        (key) => charges.get(key)?.orderId === id,
      );
      const kept = taken.length - refunded.length;
      // Who was told that it is cancelled, or will be, keeps no charge; who was refused has his goods.
      const isSold = answers[n] === 'illegal';
      expect([id, statuses[n], kept]).toEqual([
        id,
        isSold ? 'completed' : 'cancelled',
        isSold ? 1 : 0,
      ]);
      expect(new Set(refunded).size).toBe(refunded.length);
      ends.add(
        `${answers[n]}, ${taken.length === 0 ? 'never charged' : `charged ${taken.length}`}`,
      );
    }
  }
  expect(ends).toEqual(
    new Set([
      'cancelled, never charged',
      'cancelling, never charged',
      'cancelling, charged 1',
      'illegal, charged 1',
    ]),
  );
  await expectConsistent(database);
}, 120_000);
