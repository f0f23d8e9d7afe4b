import type { Beginning, OrderRun } from '@orders/database/orders/begin-orders';
import { recordFailure } from '@orders/database/orders/record-failure';
import { type Settlement, settleOrders } from '@orders/database/orders/settle-orders';
import { settleRefund } from '@orders/database/payments/settle-refund';
import type { RetryPolicy } from '@orders/domain/retry-policy';
import { handOn, POLICY } from './drive-orders.ts';
import type { TestDatabase } from './start-database.ts';

/** Gives up early, so that a walk sees every end. */
export const IMPATIENT: RetryPolicy = {
  ...POLICY,
  backorderMaxWaitMs: 150,
  orderAttempts: 2,
  maxStarts: 1,
};

export const chance = (share: number): boolean => Math.random() < share;
export const pick = <T>(values: readonly T[]): T | undefined =>
  values[Math.floor(Math.random() * values.length)];

/** What a provider may say of an attempt; the same key always gets the same answer. */
const answers = new Map<string, Settlement['result']>();
function ask(orderId: string, attempt: number): Settlement['result'] {
  const key = `${orderId}-${attempt}`;
  const known = answers.get(key);
  if (known !== undefined) return known;
  const dice = Math.random();
  let answer: Settlement['result'] = { kind: 'captured', chargeId: `charge-${key}` };
  if (dice < 0.15) answer = { kind: 'declined', code: 'soft', retryable: true };
  else if (dice < 0.25) answer = { kind: 'declined', code: 'hard', retryable: false };
  else if (dice < 0.3) answer = { kind: 'voided' };
  else if (dice < 0.35) answer = { kind: 'refused', code: 'bad' };
  answers.set(key, answer);
  return answer;
}

/** Does what runs have to do next: asks the provider, with failures, and reports what it said. */
export async function callProvider(
  database: TestDatabase,
  runs: readonly OrderRun[],
  beginnings: readonly Beginning[],
): Promise<void> {
  const settlements: Settlement[] = [];
  for (const [index, beginning] of beginnings.entries()) {
    const run = runs[index];
    if (beginning.kind !== 'call' || run === undefined) continue;
    const { orderId } = run;
    const { call } = beginning;
    if (chance(0.1)) {
      const kind = chance(0.5) ? 'own' : 'outage';
      await recordFailure(database, { ...run, step: call.kind, kind, message: 'walk' }, IMPATIENT);
    } else if (call.kind === 'refund') {
      await settleRefund(database, orderId, call.refund.n, `re-${call.refund.key}`);
    } else if (chance(0.05)) {
      const result = { kind: 'gave-up', reason: 'payment_unknown', error: 'walk' } as const;
      settlements.push({ orderId, attempt: call.attempt.attempt, result });
    } else {
      settlements.push({
        orderId,
        attempt: call.attempt.attempt,
        result: ask(orderId, call.attempt.attempt),
        // Others come from a run that has not reserved the order itself.
        ...(chance(0.5) ? handOn(beginning) : {}),
      });
    }
  }
  // Some answers arrive twice, some from frozen workers, in another order.
  const late = settlements.filter(() => chance(0.3));
  await Promise.all([
    settleOrders(database, settlements, IMPATIENT),
    settleOrders(database, late.toReversed(), IMPATIENT),
  ]);
}
