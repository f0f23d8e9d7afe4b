import type { NewOrder } from '@orders/database/orders/new-order';
import { fingerprintBasket, hashRequest } from '@orders/domain/basket';
import { v7 as uuidv7 } from 'uuid';

type Wanted = Partial<Omit<NewOrder, 'items'>> & {
  /** SKU → quantity. */
  readonly items?: Readonly<Record<string, number>>;
};

let customers = 0;

/** An order to be placed, of a customer of its own unless told otherwise. */
export function makeOrder({ items = { 'PEN-0001': 1 }, ...rest }: Wanted = {}): NewOrder {
  customers += 1;
  const lines = Object.entries(items).map(([sku, quantity]) => ({ sku, quantity }));
  const { metadata = {}, expectedTotal = null, allowDuplicate = false } = rest;
  return {
    id: uuidv7(),
    customerId: `customer-${customers}`,
    actor: 'customer',
    items: lines,
    expectedTotal,
    allowDuplicate,
    metadata,
    idempotencyKey: null,
    requestHash: hashRequest({ items: lines, metadata, expectedTotal, allowDuplicate }),
    fingerprint: fingerprintBasket(lines),
    ...rest,
  };
}

/** So many values made by a function of their index. */
export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
