import type { Database } from '@orders/database/client';
import type { Finding, Invariant, Violation } from '@orders/database/invariants/violation';
import { withDatabase } from '../open-database.ts';
import type { Target } from '../target.ts';
import { type CheckOptions, checkDatabase } from './check-database.ts';
import { checkLedger } from './check-ledger.ts';
import { fetchLedger } from './fetch-ledger.ts';
import { listSecrets } from './list-secrets.ts';
import { scanLogs } from './scan-logs.ts';

export interface InvariantsReport {
  readonly violations: readonly Violation[];
  readonly checked: {
    readonly orders: number;
    readonly charges: number;
    readonly acknowledged: number;
    readonly logLines: number;
  };
  /** Invariants that could not be checked, and why: never silently. */
  readonly skipped: Partial<Record<Invariant, string>>;
}

export interface InvariantsOptions extends CheckOptions {
  readonly logsFolder: string | null;
}

/**
 * Checks all invariants, also under load: the database in one snapshot, the provider's ledger
 * after it, the logs last.
 */
export async function checkInvariants(
  target: Target,
  options: InvariantsOptions,
): Promise<InvariantsReport> {
  const { violations, checked, skipped } = await withDatabase(target, (database) =>
    checkStores(database, target.providerUrl, options),
  );
  if (options.logsFolder === null) {
    return {
      violations,
      checked: { ...checked, logLines: 0 },
      skipped: { ...skipped, I8: 'no --logs' },
    };
  }
  options.onProgress('logs');
  const { findings, lines } = await scanLogs(options.logsFolder, listSecrets(target));
  return {
    violations: [...violations, ...name('I8', findings)],
    checked: { ...checked, logLines: lines },
    skipped,
  };
}

async function checkStores(
  database: Database,
  providerUrl: string | null,
  options: InvariantsOptions,
): Promise<
  Omit<InvariantsReport, 'checked'> & { checked: Omit<InvariantsReport['checked'], 'logLines'> }
> {
  const { violations, orders, acknowledged } = await checkDatabase(database, options);
  const checked = { orders: orders.size, charges: 0, acknowledged };
  if (providerUrl === null) {
    return { violations, checked, skipped: { I3: 'no PAYMENT_PROVIDER_URL' } };
  }
  options.onProgress('charges');
  const ledger = await fetchLedger(providerUrl);
  const findings = await checkLedger(database, orders, ledger);
  return {
    violations: [...violations, ...name('I3', findings)],
    checked: { ...checked, charges: ledger.charges.length },
    skipped: {},
  };
}

function name(invariant: Invariant, findings: readonly Finding[]): Violation[] {
  return findings.map((finding) => ({ invariant, ...finding }));
}
