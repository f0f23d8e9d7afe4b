import { isTerminal, isOrderStatus } from '@orders/domain/order-status';
import type { LedgerEntry } from '../invariants/sum-ledger.ts';
import type { Placement } from './placement.ts';
import type { Outcome } from './wait-for-rest.ts';

/** Everything that is known of a run when it is over. */
export interface RunFacts {
  readonly placements: readonly Placement[];
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Orders in the table that belong to the customers of the run. */
  readonly rows: number;
  /** The provider's ledger by order. */
  readonly ledger: ReadonlyMap<string, LedgerEntry>;
  /** One line per SKU of the run whose stock does not add up. */
  readonly stockFindings: readonly string[];
  /** Units that were there, when the run ordered one unit each of one SKU. */
  readonly stock: number | null;
  readonly interrupted: boolean;
}

/** The verdict: one sentence for each thing that is not as promised; empty when all is. */
export function judgeRun(facts: RunFacts): string[] {
  return [
    ...(facts.interrupted ? ['the run was interrupted before it was over'] : []),
    ...judgeAcceptance(facts),
    ...judgeStatuses(facts),
    ...facts.stockFindings.map((finding) => `stock: ${finding}`),
    ...judgeMoney(facts),
    ...judgeSales(facts),
  ];
}

function judgeAcceptance({ placements, rows }: RunFacts): string[] {
  const failures: string[] = [];
  const accepted = placements.filter(({ orderId }) => orderId !== null);
  const ids = new Set(accepted.map(({ orderId }) => orderId));
  const answers = new Map<string, number>();
  for (const placement of placements) {
    if (placement.orderId !== null) continue;
    const answer = describeAnswer(placement);
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  }
  for (const [answer, count] of answers)
    failures.push(`${count} orders were not accepted: ${answer}`);
  if (ids.size !== accepted.length) {
    failures.push(`${accepted.length} orders were accepted under only ${ids.size} different ids`);
  }
  if (rows !== accepted.length) {
    failures.push(`${accepted.length} orders were accepted, but the table has ${rows}`);
  }
  return failures;
}

function describeAnswer({ answer, problem }: Placement): string {
  if (answer === null) return 'never sent';
  if (answer === 'lost') return 'no answer';
  return problem === null ? `HTTP ${answer}` : `HTTP ${answer} ${problem}`;
}

function judgeStatuses({ placements, outcomes }: RunFacts): string[] {
  const failures: string[] = [];
  const open = new Map<string, string[]>();
  for (const { orderId } of placements) {
    if (orderId === null) continue;
    const status = outcomes.get(orderId)?.status ?? 'not in the table';
    if (isOrderStatus(status) && isTerminal(status)) continue;
    open.set(status, [...(open.get(status) ?? []), orderId]);
  }
  for (const [status, ids] of open) {
    const example = `such as ${ids[0] ?? ''}`;
    if (status === 'failed')
      failures.push(`${ids.length} orders failed and wait in dead letters, ${example}`);
    else failures.push(`${ids.length} orders did not come to rest: ${status}, ${example}`);
  }
  return failures;
}

/** One charge of the whole total for each completed order; nothing kept of any other. */
function judgeMoney({ outcomes, ledger }: RunFacts): string[] {
  const wrong = { uncharged: 0, twice: 0, amount: 0, kept: 0 };
  for (const [id, outcome] of outcomes) {
    const charges = ledger.get(id)?.kept ?? [];
    const [charge] = charges;
    if (charges.length > 1) wrong.twice += 1;
    else if (charge === undefined) wrong.uncharged += outcome.status === 'completed' ? 1 : 0;
    else if (outcome.status === 'rejected' || outcome.status === 'cancelled') wrong.kept += 1;
    else if (charge.amount !== outcome.totalMinor || charge.currency !== outcome.currency)
      wrong.amount += 1;
  }
  return [
    ...(wrong.uncharged > 0 ? [`${wrong.uncharged} completed orders were not charged`] : []),
    ...(wrong.twice > 0 ? [`${wrong.twice} orders were charged more than once`] : []),
    ...(wrong.amount > 0
      ? [`${wrong.amount} orders were charged another amount than their total`]
      : []),
    ...(wrong.kept > 0 ? [`${wrong.kept} rejected or cancelled orders had a charge kept`] : []),
  ];
}

/** Against a known stock: it is sold out exactly, and everybody else is told so. */
function judgeSales({ outcomes, stock, placements }: RunFacts): string[] {
  if (stock === null) return [];
  const expected = Math.min(stock, placements.length);
  let completed = 0;
  let rejected = 0;
  for (const { status, reason } of outcomes.values()) {
    if (status === 'completed') completed += 1;
    if (status === 'rejected' && reason === 'out_of_stock') rejected += 1;
  }
  const left = placements.length - expected;
  return [
    ...(completed === expected
      ? []
      : [`${completed} orders completed from a stock of ${stock}, not ${expected}`]),
    ...(rejected === left ? [] : [`${rejected} orders were rejected as out of stock, not ${left}`]),
  ];
}
