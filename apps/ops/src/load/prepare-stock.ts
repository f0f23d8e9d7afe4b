import { randomUUID } from 'node:crypto';
import type { Database } from '@orders/database/client';
import { adjustStock } from '@orders/database/inventory/adjust-stock';
import { type AvailableRow, readAvailable } from '@orders/database/inventory/read-available';
import { refusal } from '../cli/command-error.ts';

/** Who adjusts stock for a load run, as the movements say. */
const ACTOR = 'operator:load';

/** The products of the run: the first `count` that are for sale. */
export async function chooseProducts(database: Database, count: number): Promise<AvailableRow[]> {
  const products = await readAvailable(database.prisma, count);
  if (products.length > 0) return products;
  throw refusal('the catalogue is empty: nothing can be ordered');
}

/**
 * Makes exactly `units` of one product available and returns its SKU. The product is the last one
 * that nobody waits for, so that the units do not go to earlier orders.
 */
export async function setStock(
  database: Database,
  products: readonly AvailableRow[],
  units: number,
  runId: string,
): Promise<string> {
  const product = products.findLast(({ awaited }) => !awaited);
  if (product === undefined) throw refusal('every product is waited for by earlier orders');
  await adjust(database, product.sku, units - Number(product.available), runId);
  return product.sku;
}

/**
 * Tops up what the run needs more of than is there, so that stock, which every run uses up, is not
 * what it measures. Returns the SKUs that were short.
 */
export async function topUpStock(
  database: Database,
  products: readonly AvailableRow[],
  demand: ReadonlyMap<string, number>,
  runId: string,
): Promise<string[]> {
  const short = products.filter(({ sku, available }) => Number(available) < (demand.get(sku) ?? 0));
  for (const { sku, available } of short) {
    const wanted = demand.get(sku) ?? 0;
    await adjust(database, sku, wanted - Number(available), runId);
  }
  return short.map(({ sku }) => sku);
}

async function adjust(
  database: Database,
  sku: string,
  delta: number,
  runId: string,
): Promise<void> {
  if (delta === 0) return;
  const result = await adjustStock(database, {
    sku,
    delta,
    reason: `load run ${runId}`,
    actor: ACTOR,
    idempotencyKey: randomUUID(),
  });
  if (result.kind !== 'adjusted') {
    throw refusal(`the stock of ${sku} could not be adjusted by ${delta}: ${result.kind}`);
  }
}
