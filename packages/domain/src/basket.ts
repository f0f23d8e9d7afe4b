import { hash } from 'node:crypto';

/** One line of a request: so many units of one SKU. */
export interface BasketItem {
  readonly sku: string;
  readonly quantity: number;
}

/** The most units one order may ask of one SKU, also after merging. */
export const MAX_QUANTITY = 1000;

const FEW_LINES = 8;

interface Line {
  readonly sku: string;
  quantity: number;
}

/** Lines of the same SKU become one, at the place of the first; quantities add up. */
export function mergeItems(items: readonly BasketItem[]): BasketItem[] {
  const merged: Line[] = [];
  // Few lines are compared sooner than a map of them is made.
  const bySku = items.length > FEW_LINES ? new Map<string, Line>() : null;
  for (const { sku, quantity } of items) {
    const same = bySku === null ? merged.find((line) => line.sku === sku) : bySku.get(sku);
    if (same !== undefined) {
      same.quantity += quantity;
      continue;
    }
    const line = { sku, quantity };
    merged.push(line);
    bySku?.set(sku, line);
  }
  return merged;
}

/**
 * The identity of a basket for the duplicate rule: equal for the same merged items in any order.
 * 128 bits of SHA-256, base64url (22 characters).
 */
export function fingerprintBasket(items: readonly BasketItem[]): string {
  const lines = mergeItems(items)
    .map(({ sku, quantity }) => `${sku}=${quantity}`)
    .sort();
  return digest(lines.join('\n'));
}

/** What a client asked for, as far as a repeated `Idempotency-Key` must repeat it. */
export interface PlaceOrderRequest {
  readonly items: readonly BasketItem[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly expectedTotal: { readonly amount: number; readonly currency: string } | null;
  readonly allowDuplicate: boolean;
}

/**
 * The identity of a request under its `Idempotency-Key`: a retry that spells the same members or
 * items in another order is the same request. Stored once and never changed with the order.
 *
 * @param fingerprint of the request's items, for whoever has it already
 */
export function hashRequest(
  request: PlaceOrderRequest,
  fingerprint = fingerprintBasket(request.items),
): string {
  const metadata = Object.entries(request.metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  const { expectedTotal } = request;
  return digest(
    JSON.stringify([
      fingerprint,
      metadata,
      expectedTotal === null ? null : [expectedTotal.amount, expectedTotal.currency],
      request.allowDuplicate,
    ]),
  );
}

function digest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22);
}
