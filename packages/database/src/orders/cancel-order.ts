import { decideCancel } from '@orders/domain/decide';
import type { OrderStatus } from '@orders/domain/order-status';
import type { Database } from '../client.ts';
import { inTransaction } from '../transaction.ts';
import type { OrderRun } from './begin-orders.ts';
import { lockOrder } from './lock-orders.ts';
import { takeStep } from './take-step.ts';

export interface CancelOrder {
  readonly orderId: string;
  /** Only this customer's; null for an operator. */
  readonly customerId: string | null;
  readonly reason: string | null;
  readonly actor: string;
}

export type Cancellation =
  | { readonly kind: 'cancelled' }
  /** A payment may be under way; its outcome decides. `run` is to be enqueued. */
  | { readonly kind: 'cancelling'; readonly run: OrderRun | null }
  | { readonly kind: 'illegal'; readonly status: OrderStatus }
  | { readonly kind: 'not-found' };

/** Cancels an order, or begins to. Asking again gives the same answer and changes nothing. */
export async function cancelOrder(database: Database, ask: CancelOrder): Promise<Cancellation> {
  return inTransaction(
    database,
    async (tx) => {
      const order = await lockOrder(tx, ask.orderId);
      const isTheirs = ask.customerId === null || order?.customerId === ask.customerId;
      if (order === null || !isTheirs) return { kind: 'not-found' };
      const step = await takeStep(tx, order, ask.actor, false, (state) =>
        decideCancel(state, ask.reason),
      );
      const status = step?.to ?? order.status;
      if (status === 'cancelled') return { kind: 'cancelled' };
      if (status !== 'cancelling') return { kind: 'illegal', status };
      const run = step === null ? null : { orderId: order.id, dispatch: order.dispatch + 1 };
      return { kind: 'cancelling', run };
    },
    { step: 'cancel', orderIds: [ask.orderId] },
  );
}
