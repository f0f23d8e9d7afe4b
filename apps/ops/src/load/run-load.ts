import { randomBytes, randomInt } from 'node:crypto';
import type { Database } from '@orders/database/client';
import type { Terminal } from '../cli/terminal.ts';
import type { TokenIssuer } from '../tokens/mint-token.ts';
import { createProgress } from './create-progress.ts';
import { gatherFacts } from './gather-facts.ts';
import type { RunFacts } from './judge-run.ts';
import type { LoadOptions } from './load-options.ts';
import { mintCustomers } from './mint-customers.ts';
import { placePlanned } from './place-planned.ts';
import { createPlacement, type Placement } from './placement.ts';
import { type PlannedOrder, planOrders, sumDemand, toRequestBody } from './plan-orders.ts';
import { chooseProducts, setStock, topUpStock } from './prepare-stock.ts';
import { waitForRest } from './wait-for-rest.ts';

export interface RunTarget {
  readonly database: Database;
  readonly apiUrl: string;
  readonly providerUrl: string;
  readonly issuer: TokenIssuer;
}

export interface RunResult extends RunFacts {
  readonly startedAt: Date;
  readonly options: LoadOptions;
  readonly customers: number;
}

/** Without a number of customers each orders once, up to so many. */
const MOST_CUSTOMERS = 1_000;

/** Places the orders of a run, waits until all have come to rest, and gathers what there is to judge. */
export async function runLoad(
  target: RunTarget,
  options: LoadOptions,
  terminal: Terminal,
): Promise<RunResult> {
  const { database } = target;
  const customers = options.customers ?? Math.min(options.orders, MOST_CUSTOMERS);
  const orders = await prepare(target, options, customers, terminal);
  const placements = orders.map(createPlacement);
  const startedAt = new Date();
  await place(target, placements, { options, customers }, terminal);

  const ids = placements.flatMap(({ orderId }) => orderId ?? []);
  const progress = createProgress(terminal, 'resting', ids.length);
  const outcomes = await waitForRest(database, ids, {
    patienceMs: options.patience * 1000,
    onRested: progress.report,
    stop: terminal.stop,
  });
  progress.end();
  const facts = await gatherFacts(target, placements);
  const interrupted = terminal.stop.aborted;
  const stock = options.stock ?? null;
  return { placements, outcomes, stock, interrupted, ...facts, startedAt, options, customers };
}

async function prepare(
  target: RunTarget,
  options: LoadOptions,
  customers: number,
  terminal: Terminal,
): Promise<PlannedOrder[]> {
  const runId = randomBytes(4).toString('hex');
  const products = await chooseProducts(target.database, options.skus);
  const common = { runId, orders: options.orders, customers, seed: randomInt(2 ** 31) };
  if (options.stock !== undefined) {
    const sku = await setStock(target, products, options.stock, runId);
    terminal.note(`${options.stock} units of ${sku} are available`);
    return planOrders({ ...common, skus: [sku], single: true });
  }
  const skus = products.map(({ sku }) => sku);
  const orders = planOrders({ ...common, skus, single: false });
  const short = await topUpStock(target, products, sumDemand(orders), runId);
  if (short.length > 0)
    terminal.note(`stock of ${short.length} products was topped up for the run`);
  return orders;
}

async function place(
  { apiUrl, issuer }: RunTarget,
  placements: readonly Placement[],
  { options, customers }: { options: LoadOptions; customers: number },
  terminal: Terminal,
): Promise<void> {
  const headers = await mintCustomers(
    placements.map(({ order }) => order),
    issuer,
  );
  const allowDuplicate = customers < options.orders;
  const progress = createProgress(terminal, 'accepting', placements.length);
  const startMs = performance.now();
  let accepted = 0;
  await placePlanned(placements, {
    apiUrl,
    connections: options.connections,
    rate: options.rate ?? null,
    authorize: (customerId) => headers.get(customerId) ?? '',
    toBody: ({ order }) => toRequestBody(order, allowDuplicate),
    clock: () => performance.now() - startMs,
    onAccepted: () => progress.report((accepted += 1)),
    patienceMs: options.patience * 1000,
    stop: terminal.stop,
  });
  progress.end();
}
