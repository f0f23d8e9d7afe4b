import type { Order } from '@orders/domain/contracts/order';
import { decideCancel } from '@orders/domain/decide';
import type { OrderStatus } from '@orders/domain/order-status';
import type { Connection, Database } from '../client.ts';
import { inTransaction } from '../transaction.ts';
import type { OrderRun } from './begin-orders.ts';
import { lockOrder } from './lock-orders.ts';
import { readOrders } from './read-order.ts';
import { takeStep } from './take-step.ts';

export interface CancelOrder {
  readonly orderId: string;
  /** Only this customer's; null for an operator. */
  readonly customerId: string | null;
  /** The versions that the client may have seen; null or absent for any. */
  readonly versions?: readonly number[] | null;
  readonly reason: string | null;
  readonly actor: string;
}

export type Cancellation =
  /** `changed` is false when it was so before. */
  | { readonly kind: 'cancelled'; readonly order: Order; readonly changed: boolean }
  /** A payment may be under way; its outcome decides. `run` is to be enqueued. */
  | { readonly kind: 'cancelling'; readonly order: Order; readonly run: OrderRun | null }
  | { readonly kind: 'illegal'; readonly status: OrderStatus }
  | { readonly kind: 'stale'; readonly version: number }
  | { readonly kind: 'not-found' };

/** Cancels an order, or begins to. Asking again gives the same answer and changes nothing. */
export async function cancelOrder(database: Database, ask: CancelOrder): Promise<Cancellation> {
  return inTransaction(database, (tx) => cancelInTransaction(tx, ask), {
    step: 'cancel',
    orderIds: [ask.orderId],
  });
}

async function cancelInTransaction(tx: Connection, ask: CancelOrder): Promise<Cancellation> {
  const { versions = null } = ask;
  const order = await lockOrder(tx, ask.orderId);
  const isTheirs = ask.customerId === null || order?.customerId === ask.customerId;
  if (order === null || !isTheirs) return { kind: 'not-found' };
  const { id, version } = order;
  if (versions !== null && !versions.includes(version)) return { kind: 'stale', version };

  const step = await takeStep(tx, order, ask.actor, false, (state) =>
    decideCancel(state, ask.reason),
  );
  const status = step?.to ?? order.status;
  if (status !== 'cancelled' && status !== 'cancelling') return { kind: 'illegal', status };
  const now = (await readOrders(tx, [id])).get(id);
  if (now === undefined) throw new Error(`order ${id} is locked and gone`);
  if (status === 'cancelled') return { kind: 'cancelled', order: now, changed: step !== null };
  const run = step === null ? null : { orderId: id, dispatch: order.dispatch + 1 };
  return { kind: 'cancelling', order: now, run };
}
