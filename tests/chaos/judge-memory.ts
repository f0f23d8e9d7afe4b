import type { LoadState } from './load-state.ts';

/** Compares all that the customers were told with how things are in the end. */
export async function judgeMemory({
  system,
  orders,
  refused,
  contradictions,
}: LoadState): Promise<string[]> {
  const found = [...contradictions];
  const { prisma } = system.database;
  const rows = await prisma.order.findMany({ include: { items: true } });
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const memory of orders) {
    const row = byId.get(memory.id);
    if (row === undefined) {
      found.push(`order ${memory.id} was acknowledged and is not there`);
      continue;
    }
    if (memory.ended !== null && row.status !== memory.ended) {
      found.push(`order ${row.id} was seen ${memory.ended} and is ${row.status}`);
    }
    if (memory.cancelled && row.status !== 'cancelled') {
      found.push(`order ${row.id} was told to be cancelled and is ${row.status}`);
    }
    if (row.version < memory.version) {
      found.push(`order ${row.id} was seen in version ${memory.version} and has ${row.version}`);
    }
    const has = describeItems(row.items);
    if (memory.items !== null && describeItems(memory.items) !== has) {
      found.push(`order ${row.id} is of ${describeItems(memory.items)} and has ${has}`);
    }
  }
  const keys = new Set(rows.map((row) => `${row.customerId} ${row.idempotencyKey}`));
  for (const { wish, orderId } of refused) {
    if (orderId === null && keys.has(`${wish.customerId} ${wish.key}`)) {
      found.push(`key ${wish.key} was refused, and there is an order with it`);
    }
  }
  return found;
}

function describeItems(items: readonly { readonly sku: string; readonly quantity: number }[]) {
  return items
    .map(({ sku, quantity }) => `${quantity} ${sku}`)
    .sort()
    .join(', ');
}
