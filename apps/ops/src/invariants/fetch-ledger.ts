import { type Ledger, ledgerSchema } from '@orders/domain/contracts/payment-provider';
import { unreachable } from '../cli/command-error.ts';
import { hostOf } from '../open-database.ts';

/** A ledger of a million charges takes its time. */
const TIMEOUT_MS = 120_000;

/**
 * The provider's own truth: every charge and refund it ever made.
 * @throws CommandError (exit 3) when it cannot be had
 */
export async function fetchLedger(providerUrl: string): Promise<Ledger> {
  try {
    const url = new URL('ledger', providerUrl.endsWith('/') ? providerUrl : `${providerUrl}/`);
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    return ledgerSchema.parse(await response.json());
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw unreachable(
      `the ledger of the payment provider at ${hostOf(providerUrl)} cannot be read: ${detail}`,
      error,
    );
  }
}
