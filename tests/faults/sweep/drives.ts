import { randomUUID } from 'node:crypto';
import { askRedis } from '../../harness/ask-redis.ts';
import { setStock } from '../../harness/set-stock.ts';
import type { System } from '../../harness/start-system.ts';
import {
  cancel,
  change,
  insistOn,
  readOpenLetters,
  redrive,
  untilStatus,
} from '../../harness/steer-orders.ts';
import {
  askForSync,
  countShelves,
  deliver,
  readOnHand,
  syncUntilCompleted,
  untilSynced,
} from '../../harness/warehouse.ts';

/** Sends one more order along its way; resolves when it is on it. */
export type Drive = (system: System) => Promise<void>;

const SCARCE = 'BACKPACK-0002';
const DELIVERED = 'BLANKET-0001';

export function place(simulate?: string): Drive {
  return async ({ client }) => {
    await client.place({ simulate });
  };
}

/** The payment is under way, with an outcome that only the provider knows, when cancel is asked. */
export function cancelWhilePaying(simulate: string): Drive {
  return async (system) => {
    const orderId = await system.client.place({ simulate });
    await untilStatus(system, orderId, ['reserved', 'completed']);
    await cancel(system, orderId);
  };
}

export async function waitForStock(system: System): Promise<void> {
  await setStock(system, SCARCE, 0);
  const orderId = await system.client.place({ items: [{ sku: SCARCE, quantity: 1 }] });
  await untilStatus(system, orderId, ['backordered']);
  await setStock(system, SCARCE, 1);
}

export async function changeWhileWaiting(system: System): Promise<void> {
  await setStock(system, SCARCE, 0);
  const orderId = await system.client.place({ items: [{ sku: SCARCE, quantity: 1 }] });
  await untilStatus(system, orderId, ['backordered']);
  await change(system, orderId, [{ sku: system.sku, quantity: 2 }]);
}

/** The provider refuses what it does not know, and that is a dead letter at once. */
export async function redriveRefused(system: System): Promise<void> {
  const orderId = await system.client.place({ simulate: 'no-such-fate' });
  await untilStatus(system, orderId, ['failed']);
  const letters = await readOpenLetters(system);
  const letter = letters.find((one) => one.orderId === orderId);
  await redrive(system, letter?.id ?? '');
}

export async function loseQueue({ client, stores }: System): Promise<void> {
  await client.place({ simulate: 'delay:500' });
  await askRedis(stores.redis.port, 'FLUSHALL');
}

/** One unit more, and not two, however often it has to be asked for. */
export async function adjustOnce(system: System): Promise<void> {
  const before = await readOnHand(system, DELIVERED);
  const { status } = await insistOn(system, 'POST', `/admin/inventory/${DELIVERED}/adjustments`, {
    body: { delta: 1, reason: 'found one' },
    headers: { 'idempotency-key': randomUUID() },
  });
  const units = (await readOnHand(system, DELIVERED)) - before;
  if (units !== 1) throw new Error(`answered ${status}, and ${units} units came of 1`);
}

export async function receiveDelivery(system: System): Promise<void> {
  await countShelves(system);
  await deliver(system, DELIVERED, 7);
  await untilSynced(system, await askForSync(system));
}

/** Whatever became of the run that was struck, the next one finds a delivery, once. */
export async function expectDelivered(system: System): Promise<void> {
  await countShelves(system);
  await deliver(system, DELIVERED, 5);
  const before = await readOnHand(system, DELIVERED);
  await syncUntilCompleted(system);
  const units = (await readOnHand(system, DELIVERED)) - before;
  if (units !== 5) throw new Error(`${units} units came of 5`);
}
