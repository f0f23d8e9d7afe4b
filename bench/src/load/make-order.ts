const PRODUCTS = 1_000;
const CUSTOMERS = 1_000;

/**
 * The order that `lua/place-orders.lua` makes with this number: no two of a customer have the same
 * basket, whatever the run.
 *
 * @param count from 0, below a million
 */
export function makeOrder(run: number, count: number): { customer: number; body: string } {
  const number = run * CUSTOMERS * PRODUCTS + count;
  const customer = 1 + (number % CUSTOMERS);
  const basket = Math.floor(number / CUSTOMERS);
  const first = (basket * 617 + customer * 397) % PRODUCTS;
  const distance = 1 + (Math.floor(basket / PRODUCTS) % 499);
  const second = (first + distance) % PRODUCTS;
  const items = [
    { sku: toSku(first), quantity: 1 + (number % 3) },
    { sku: toSku(second), quantity: 1 + (number % 2) },
  ];
  return { customer, body: JSON.stringify({ items }) };
}

function toSku(index: number): string {
  return `BENCH-${String(index + 1).padStart(4, '0')}`;
}
