import type { CataloguePrice } from '@orders/domain/price-order';
import type { Connection } from '../client.ts';
import { Prisma } from '../generated/client.ts';
import { textArray, tokenArray } from '../sql-array.ts';
import type { NewOrder } from './new-order.ts';

/** The place of a customer's idempotency key in the maps of this module. */
export function keyOf(customerId: string, idempotencyKey: string): string {
  return `${customerId}\n${idempotencyKey}`;
}

/** The place of a customer's basket in the maps of this module. */
export function basketOf(customerId: string, fingerprint: string): string {
  return `${customerId}\n${fingerprint}`;
}

/** What is stored already that decides about a batch of new orders. */
export interface Found {
  /** Orders that have one of the keys, by {@link keyOf}. */
  readonly keys: Map<string, { readonly orderId: string; readonly requestHash: string }>;
  /** The newest live order with the same basket within the window, by {@link basketOf}. */
  readonly duplicates: Map<string, string>;
  /** By SKU. */
  readonly catalogue: ReadonlyMap<string, CataloguePrice>;
}

type Basket = Pick<NewOrder, 'customerId' | 'fingerprint' | 'allowDuplicate' | 'items'>;
type Wanted = Basket & { readonly idempotencyKey: string | null };

export interface LookUpOptions {
  readonly duplicateWindowSeconds: number;
  /** An order that is not a duplicate of itself. */
  readonly exceptId?: string;
}

interface Row {
  readonly keys: [customerId: string, key: string, id: string, requestHash: string][] | null;
  readonly twins: [customerId: string, fingerprint: string, id: string][] | null;
  readonly products: [sku: string, priceMinor: number, active: boolean][] | null;
}

/**
 * Looks up keys, live duplicates and prices of a batch in one statement: a trip to PostgreSQL costs
 * more than what it carries. Each comes as one JSON list, which is read faster than rows are. What is a
 * live duplicate the function `live_twins` says, in the migrations.
 */
export async function lookUpPlacements(
  tx: Connection,
  orders: readonly Wanted[],
  { duplicateWindowSeconds, exceptId }: LookUpOptions,
): Promise<Found> {
  // Each once, however often it is in the batch: one look may walk past many orders that are over.
  const keyed = new Map<string, Wanted>();
  const guarded = new Map<string, Wanted>();
  for (const order of orders) {
    const { customerId, idempotencyKey, fingerprint, allowDuplicate } = order;
    if (idempotencyKey !== null) keyed.set(keyOf(customerId, idempotencyKey), order);
    if (duplicateWindowSeconds > 0 && !allowDuplicate) {
      guarded.set(basketOf(customerId, fingerprint), order);
    }
  }
  const skus = new Set(orders.flatMap(({ items }) => items.map(({ sku }) => sku)));
  const [row] = await tx.$queryRaw<Row[]>`
    SELECT ${keyed.size === 0 ? NOTHING : selectKeys([...keyed.values()])} AS keys,
           ${guarded.size === 0 ? NOTHING : selectTwins([...guarded.values()], duplicateWindowSeconds, exceptId)} AS twins,
           (SELECT json_agg(json_build_array(sku, price_minor, active)) FROM products
             WHERE sku = ANY(${textArray(Array.from(skus))}::text[])) AS products`;
  return {
    keys: new Map(
      row?.keys?.map(([customerId, key, orderId, requestHash]) => [
        keyOf(customerId, key),
        { orderId, requestHash },
      ]),
    ),
    duplicates: new Map(
      row?.twins?.map(([customerId, fingerprint, id]) => [basketOf(customerId, fingerprint), id]),
    ),
    catalogue: new Map(
      row?.products?.map(([sku, priceMinor, active]) => [sku, { priceMinor, active }]),
    ),
  };
}

/**
 * Those of a batch that are there already, by id: the batch is repeated after a lost reply, and they
 * are its own.
 */
export async function lookUpOwn(
  tx: Connection,
  orders: readonly Pick<NewOrder, 'id'>[],
): Promise<Map<string, { readonly orderId: string; readonly requestHash: string }>> {
  const own = await tx.$queryRaw<{ id: string; request_hash: string }[]>`
    SELECT id, request_hash FROM orders
     WHERE id = ANY(${tokenArray(orders.map(({ id }) => id))}::uuid[])`;
  return new Map(own.map((row) => [row.id, { orderId: row.id, requestHash: row.request_hash }]));
}

const NOTHING = Prisma.sql`NULL::json`;

/** LIMIT makes it one look into the index per key, also by a plan made while the table was small. */
function selectKeys(orders: readonly Wanted[]): Prisma.Sql {
  return Prisma.sql`
    (SELECT json_agg(json_build_array(k.customer_id, k.idempotency_key, known.id, known.request_hash))
       FROM unnest(${textArray(orders.map((order) => order.customerId))}::text[],
                   ${textArray(orders.map((order) => order.idempotencyKey))}::text[]) AS k(customer_id, idempotency_key)
      CROSS JOIN LATERAL (
            SELECT o.id, o.request_hash FROM orders o
             WHERE o.customer_id = k.customer_id AND o.idempotency_key = k.idempotency_key
             LIMIT 1) known)`;
}

function selectTwins(
  orders: readonly Wanted[],
  windowSeconds: number,
  exceptId: string | undefined,
): Prisma.Sql {
  return Prisma.sql`
    (SELECT json_agg(json_build_array(customer_id, fingerprint, id))
       FROM live_twins(${textArray(orders.map((order) => order.customerId))}::text[],
                       ${tokenArray(orders.map((order) => order.fingerprint))}::text[],
                       ${windowSeconds}::double precision, ${exceptId ?? null}::uuid))`;
}
