import { setStock } from '../harness/set-stock.ts';
import type { System } from '../harness/start-system.ts';
import type { Model, ModelStock } from './model.ts';

/** Few enough to run out, so that orders have to wait. */
const UNITS = 3;
const SKUS = 2;

/** A model of nothing yet: two SKUs with a little stock, which the next sequences do not use. */
export async function beginSequence(system: System, n: number): Promise<Model> {
  const products = await system.database.prisma.product.findMany({ orderBy: { sku: 'asc' } });
  const stock: ModelStock[] = [];
  for (let at = 0; at < SKUS; at += 1) {
    const product = products[(n * SKUS + at) % products.length];
    if (product === undefined) throw new Error('the catalogue is empty');
    await setStock(system, product.sku, UNITS);
    const { sku, priceMinor } = product;
    stock.push({ sku, priceMinor: Number(priceMinor), units: UNITS });
  }
  return { name: `sequence-${n}`, orders: [], stock, count: 0, ran: new Map() };
}
