import type { Connection, Database } from '@orders/database/client';
import { findCounterViolations } from '@orders/database/invariants/find-counter-violations';
import { findDeadLetterViolations } from '@orders/database/invariants/find-dead-letter-violations';
import { findLogViolations } from '@orders/database/invariants/find-log-violations';
import { findLostOrders } from '@orders/database/invariants/find-lost-orders';
import { findRepeatedKeys } from '@orders/database/invariants/find-repeated-keys';
import { findStockViolations } from '@orders/database/invariants/find-stock-violations';
import { findStuckOrders } from '@orders/database/invariants/find-stuck-orders';
import { inSnapshot } from '@orders/database/invariants/in-snapshot';
import { readOwed } from '@orders/database/invariants/read-owed';
import type { Finding, Invariant, Violation } from '@orders/database/invariants/violation';
import type { Owed } from './judge-charges.ts';
import { measureAcknowledged, readAcknowledged } from './read-acknowledged.ts';

export interface DatabaseCheck {
  readonly violations: Violation[];
  /** Every order of the snapshot with what it says about money, for the ledger. */
  readonly orders: ReadonlyMap<string, Owed>;
  readonly acknowledged: number;
}

export interface CheckOptions {
  /** A file of acknowledged orders, see `readAcknowledged`. */
  readonly acknowledgedFile: string | null;
  /** Faults are over: nothing may be under way any more. */
  readonly healed: boolean;
  readonly onProgress: (what: string) => void;
}

const PAGE = 20_000;

/** Checks what the database alone can tell (I1, I2, I4–I7), all of it in one snapshot. */
export async function checkDatabase(
  database: Database,
  { acknowledgedFile, healed, onProgress }: CheckOptions,
): Promise<DatabaseCheck> {
  // Measured before the snapshot begins: what was acknowledged by now must be in it.
  const bytes = acknowledgedFile === null ? 0 : await measureAcknowledged(acknowledgedFile);
  return inSnapshot(database, async (snapshot) => {
    const violations: Violation[] = [];
    const note = (invariant: Invariant, findings: readonly Finding[]): void => {
      for (const finding of findings) violations.push({ invariant, ...finding });
    };
    onProgress('orders');
    const orders = await readAllOwed(snapshot);
    let acknowledged = 0;
    if (acknowledgedFile !== null) {
      for await (const batch of readAcknowledged(acknowledgedFile, bytes)) {
        acknowledged += batch.length;
        note('I1', await findLostOrders(snapshot, batch));
      }
    }
    onProgress('keys');
    note('I1', await findRepeatedKeys(snapshot));
    onProgress('stock');
    note('I2', await findStockViolations(snapshot));
    onProgress('logs of orders');
    note('I4', await findLogViolations(snapshot));
    onProgress('waiting orders');
    note('I5', await findStuckOrders(snapshot, healed));
    note('I6', await findDeadLetterViolations(snapshot));
    onProgress('counters');
    note('I7', await findCounterViolations(snapshot));
    return { violations, orders, acknowledged };
  });
}

async function readAllOwed(snapshot: Connection): Promise<Map<string, Owed>> {
  const orders = new Map<string, Owed>();
  let after: string | null = null;
  for (;;) {
    const page = await readOwed(snapshot, after, PAGE);
    for (const { id, status, totalMinor, currency, refundOpen } of page) {
      orders.set(id, { status, totalMinor: Number(totalMinor), currency, refundOpen });
    }
    if (page.length < PAGE) return orders;
    after = page.at(-1)?.id ?? null;
  }
}
