import { randomUUID } from 'node:crypto';
import type { Database } from '@orders/database/client';
import { adjustStock } from '@orders/database/inventory/adjust-stock';
import type { Delivery } from '@orders/domain/contracts/warehouse';
import { type AvailableRow, readAvailable } from '@orders/database/inventory/read-available';
import { refusal } from '../cli/command-error.ts';

/** Where stock is kept, and the simulated warehouse that must agree at its next sync. */
export interface StockTarget {
  readonly database: Database;
  readonly providerUrl: string;
}

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
  target: StockTarget,
  products: readonly AvailableRow[],
  units: number,
  runId: string,
): Promise<string> {
  const product = products.findLast(({ awaited }) => !awaited);
  if (product === undefined) throw refusal('every product is waited for by earlier orders');
  await adjust(target, product.sku, units - Number(product.available), runId);
  return product.sku;
}

/**
 * Tops up what the run needs more of than is there, so that stock, which every run uses up, is not
 * what it measures. Returns the SKUs that were short.
 */
export async function topUpStock(
  target: StockTarget,
  products: readonly AvailableRow[],
  demand: ReadonlyMap<string, number>,
  runId: string,
): Promise<string[]> {
  const short = products.filter(({ sku, available }) => Number(available) < (demand.get(sku) ?? 0));
  for (const { sku, available } of short) {
    const wanted = demand.get(sku) ?? 0;
    await adjust(target, sku, wanted - Number(available), runId);
  }
  return short.map(({ sku }) => sku);
}

async function adjust(
  { database, providerUrl }: StockTarget,
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
  await deliver(providerUrl, sku, delta);
}

/** The units come to, or go from, the simulated shelves; a later sync would undo them otherwise. */
async function deliver(providerUrl: string, sku: string, quantity: number): Promise<void> {
  const answer = await fetch(`${providerUrl}/warehouse/deliveries`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rows: [{ sku, quantity }] } satisfies Delivery),
    signal: AbortSignal.timeout(5_000),
  });
  if (!answer.ok) throw refusal(`the simulated warehouse answered ${answer.status}`);
}
