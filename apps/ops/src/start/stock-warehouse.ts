import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@orders/database/client';
import { readStockTotals } from '@orders/database/warehouse/read-stock-totals';
import {
  type SoldReport,
  type StockCount,
  stockPageSchema,
  stockRowSchema,
} from '@orders/domain/contracts/warehouse';

const PAGE = 1_000;
const MAX_TRIES = 8;
const RETRY_MS = 250;
const TIMEOUT_MS = 5_000;

/**
 * Puts the seeded stock on the shelves of the simulated warehouse, which would otherwise offer an
 * empty feed: what is on hand of every SKU that it does not know yet. What it knows is left alone,
 * deliveries and losses included, so it may be done at each start. Call it before a worker syncs.
 *
 * @returns how many SKUs were new to it
 * @throws Error when the warehouse cannot be asked or told, also not when tried again
 */
export async function stockSimulatedWarehouse(
  database: Database,
  simulatorUrl: string,
  stop: AbortSignal,
): Promise<number> {
  const known = await readKnownSkus(simulatorUrl, stop);
  let stocked = 0;
  let afterSku = '';
  for (;;) {
    const page = await readStockTotals(database, afterSku, PAGE);
    const last = page.at(-1);
    if (last === undefined) return stocked;
    afterSku = last.sku;
    const news = page.filter(({ sku }) => !known.has(sku));
    if (news.length === 0) continue;
    // Sales first: a count is of what lies there when all that was told of has left.
    const totals = news.map(({ sku, sold }) => ({ sku, sold }));
    await put(`${simulatorUrl}/warehouse/sold`, { totals }, stop);
    const rows = news.map(({ sku, onHand }) => ({ sku, onHand }));
    await put(`${simulatorUrl}/warehouse/stock`, { rows }, stop);
    stocked += news.length;
  }
}

async function readKnownSkus(simulatorUrl: string, stop: AbortSignal): Promise<Set<string>> {
  const skus = new Set<string>();
  const query = new URLSearchParams({ limit: '5000' });
  for (;;) {
    const url = `${simulatorUrl}/warehouse/stock?${query.toString()}`;
    const page = stockPageSchema.parse(JSON.parse(await call(url, { method: 'GET' }, stop)));
    for (const row of page.rows) {
      const parsed = stockRowSchema.safeParse(row);
      if (parsed.success) skus.add(parsed.data.sku);
    }
    if (page.nextCursor === null) return skus;
    query.set('cursor', page.nextCursor);
  }
}

async function put(url: string, body: SoldReport | StockCount, stop: AbortSignal): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  await call(url, { method: 'PUT', headers, body: JSON.stringify(body) }, stop);
}

/** The text of a good answer. Tried again, since it may have been started to be faulty. */
async function call(url: string, init: RequestInit, stop: AbortSignal): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    stop.throwIfAborted();
    try {
      const signal = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]);
      const answer = await fetch(url, { ...init, signal });
      const text = await answer.text();
      if (answer.ok) return text;
      throw new Error(`${url} was answered with ${answer.status}`);
    } catch (error) {
      if (tries >= MAX_TRIES) throw error;
      await delay(RETRY_MS, undefined, { signal: stop });
    }
  }
}
