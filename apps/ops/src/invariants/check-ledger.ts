import type { Database } from '@orders/database/client';
import { findLostOrders } from '@orders/database/invariants/find-lost-orders';
import type { Finding } from '@orders/database/invariants/violation';
import type { Ledger } from '@orders/domain/contracts/payment-provider';
import { z } from 'zod';
import { judgeCharges, type Owed } from './judge-charges.ts';
import { sumLedger } from './sum-ledger.ts';

const BATCH = 5_000;

/**
 * I3: holds the orders of a snapshot against a ledger that was fetched after it. Orders that the
 * ledger alone knows are looked up once more: they may be newer than the snapshot, but they must
 * exist, or money was taken for nothing.
 */
export async function checkLedger(
  database: Database,
  orders: ReadonlyMap<string, Owed>,
  ledger: Ledger,
): Promise<Finding[]> {
  const entries = sumLedger(ledger);
  const findings = judgeCharges(orders, entries);
  const unknown = Array.from(entries.keys()).filter((id) => !orders.has(id));
  const ids = unknown.filter((id) => z.uuid().safeParse(id).success);
  const missing = new Set(unknown.filter((id) => !z.uuid().safeParse(id).success));
  for (let from = 0; from < ids.length; from += BATCH) {
    const batch = ids.slice(from, from + BATCH).map((id) => ({ id, key: null, customerId: null }));
    for (const { subject } of await findLostOrders(database.prisma, batch)) missing.add(subject);
  }
  for (const id of missing) {
    const kept = entries.get(id)?.kept ?? [];
    if (kept.length === 0) continue;
    const charges = kept.map((charge) => charge.id).join(', ');
    findings.push({ subject: id, detail: `was charged (${charges}), but there is no such order` });
  }
  return findings;
}
