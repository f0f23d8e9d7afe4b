import type { Database } from '@orders/database/client';
import { readSoldTotals } from '@orders/database/warehouse/read-sold-totals';
import { callWithBackoff } from './warehouse-answer.ts';
import type { WarehouseClient } from './warehouse-client.ts';

const PAGE = 1_000;

/**
 * Tells the warehouse how many units of each SKU were ever sold, in pages. Running totals, so that
 * a report which is repeated, late, or breaks off in the middle does no harm.
 *
 * @returns why it could not be reported, or null when everything was
 */
export async function reportSold(
  database: Database,
  client: WarehouseClient,
  signal: AbortSignal,
): Promise<string | null> {
  let afterSku = '';
  for (;;) {
    const totals = await readSoldTotals(database, afterSku, PAGE);
    const last = totals.at(-1);
    if (last === undefined) return null;
    const answer = await callWithBackoff(() => client.reportSold({ totals }, signal), signal);
    if (answer.kind === 'gone') return 'PUT /warehouse/sold was answered with 410';
    if (answer.kind !== 'answer') return answer.error;
    if (totals.length < PAGE) return null;
    afterSku = last.sku;
  }
}
