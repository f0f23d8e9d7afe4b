import { setTimeout as delay } from 'node:timers/promises';
import { orderSchema, orderStatusViewSchema } from '@orders/domain/contracts/order';
import { isAtRest, type OrderStatus } from '@orders/domain/order-status';

export interface FirstOrder {
  readonly id: string;
  readonly status: OrderStatus;
  readonly reason: string | null;
  readonly sku: string;
  readonly quantity: number;
  readonly total: { readonly amount: number; readonly currency: string };
  /** From sending it to knowing how it ended. */
  readonly tookMs: number;
}

const FOLLOW_MS = 30_000;
const INTERVAL_MS = 20;

/**
 * Places an order as a customer would and follows it until it rests: the proof that everything
 * works together. After 30 s it is left to itself, and its status then is the answer.
 */
export async function placeFirstOrder(
  { apiUrl, token, sku }: { readonly apiUrl: string; readonly token: string; readonly sku: string },
  stop: AbortSignal,
): Promise<FirstOrder> {
  const startMs = performance.now();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const quantity = 1;
  // Every start orders the same: that is no mistake of the customer's.
  const body = JSON.stringify({ items: [{ sku, quantity }], allowDuplicate: true });
  const response = await fetch(`${apiUrl}/orders`, { method: 'POST', headers, body, signal: stop });
  const text = await response.text();
  if (response.status !== 201)
    throw new Error(`the first order was answered ${response.status}: ${text}`);
  const { id, total, ...placed } = orderSchema.parse(JSON.parse(text));

  let { status, reason } = placed;
  while (!isAtRest(status) && performance.now() - startMs < FOLLOW_MS) {
    await delay(INTERVAL_MS, undefined, { signal: stop });
    const seen = await fetch(`${apiUrl}/orders/${id}/status`, { headers, signal: stop });
    if (seen.ok) ({ status, reason } = orderStatusViewSchema.parse(await seen.json()));
    else await seen.body?.cancel();
  }
  return { id, status, reason, sku, quantity, total, tookMs: performance.now() - startMs };
}
