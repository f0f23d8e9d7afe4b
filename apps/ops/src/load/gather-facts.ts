import type { Database } from '@orders/database/client';
import { findStockViolations } from '@orders/database/invariants/find-stock-violations';
import { inSnapshot } from '@orders/database/invariants/in-snapshot';
import { countOrdersOf } from '@orders/database/invariants/read-outcomes';
import { fetchLedger } from '../invariants/fetch-ledger.ts';
import { type LedgerEntry, sumLedger } from '../invariants/sum-ledger.ts';
import type { Placement } from './placement.ts';

const BATCH = 5_000;

/** What the stores say of a run when it is over: rows, stock, and the provider's ledger. */
export async function gatherFacts(
  { database, providerUrl }: { readonly database: Database; readonly providerUrl: string },
  placements: readonly Placement[],
): Promise<{
  rows: number;
  stockFindings: string[];
  ledger: ReadonlyMap<string, LedgerEntry>;
}> {
  const orders = placements.map(({ order }) => order);
  const skus = new Set(orders.flatMap(({ items }) => items.map(({ sku }) => sku)));
  const findings = await inSnapshot(database, (snapshot) =>
    findStockViolations(snapshot, Array.from(skus)),
  );
  const customers = Array.from(new Set(orders.map(({ customerId }) => customerId)));
  return {
    rows: await countRows(database, customers),
    stockFindings: findings.map(({ subject, detail }) => `${subject} ${detail}`),
    ledger: sumLedger(await fetchLedger(providerUrl)),
  };
}

async function countRows(database: Database, customers: readonly string[]): Promise<number> {
  let rows = 0;
  for (let from = 0; from < customers.length; from += BATCH) {
    rows += await countOrdersOf(database.prisma, customers.slice(from, from + BATCH));
  }
  return rows;
}
