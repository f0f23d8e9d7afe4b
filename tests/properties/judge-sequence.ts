import { allocate } from '@orders/domain/allocate';
import { fingerprintBasket } from '@orders/domain/basket';
import { waitUntil } from '@orders/local-services/wait-until';
import { readBasket } from './commands/patch-order.ts';
import { demandTotal } from './commands/place-order.ts';
import { demand, expectedEnd, type Model, observe } from './model.ts';
import { look, type Real } from './system-under-test.ts';

const WOKEN_MS = 20_000;

/**
 * At rest nobody waits who could be served: given to the line as it stands, the stock that is there
 * serves none of it.
 */
export async function judgeWaiting(model: Model, real: Real): Promise<void> {
  const { prisma } = real.system.database;
  const skus = model.stock.map(({ sku }) => sku);
  await waitUntil(
    async () => {
      const rows = await prisma.inventory.findMany({ where: { sku: { in: skus } } });
      const available = new Map(
        rows.map(({ sku, onHand, reserved }) => [sku, Number(onHand - reserved)]),
      );
      const waiting = await prisma.order.findMany({
        where: { status: 'backordered', items: { some: { sku: { in: skus } } } },
        include: { items: true },
      });
      const line = waiting.map(({ id, createdAt, items }) => ({ orderId: id, createdAt, items }));
      const served = Array.from(allocate(available, line).values());
      return served.every(({ kind }) => kind === 'short');
    },
    { what: 'nobody to wait for stock that is there', timeoutMs: WOKEN_MS, intervalMs: 50 },
  );
}

/** Every order has come to the end that the model expects, and the stock adds up. */
export async function judgeEnd(model: Model, real: Real): Promise<void> {
  const sold = new Map<string, number>();
  for (const order of model.orders) {
    const { status, version, body } = await look(real, order);
    observe(order, status, version);
    const end = expectedEnd(order);
    demand(status === end, `${order.id} (${order.fate}) is ${status}, not ${end}`);
    const basket = readBasket(body['items']);
    demand(
      fingerprintBasket(basket) === fingerprintBasket(order.basket),
      `${order.id} has other items: ${JSON.stringify(basket)}`,
    );
    demandTotal(model, order.basket, body);
    if (status !== 'completed') continue;
    for (const { sku, quantity } of order.basket) sold.set(sku, (sold.get(sku) ?? 0) + quantity);
  }
  for (const { sku, units } of model.stock) {
    const { onHand, reserved } = await real.system.database.prisma.inventory.findUniqueOrThrow({
      where: { sku },
    });
    const left = units - (sold.get(sku) ?? 0);
    demand(Number(onHand) === left, `${sku}: ${onHand} on hand, and ${left} by the model`);
    demand(reserved === 0n, `${sku}: ${reserved} are still reserved`);
  }
}
