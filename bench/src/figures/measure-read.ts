import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort } from '@orders/local-services/free-port';
import type { Bench } from '../bench.ts';
import { describePeer } from '../contenders/describe-peer.ts';
import { orders } from '../contenders/orders/contender.ts';
import type { LoadResult } from '../load/load-result.ts';
import type { Findings } from '../report/plot.ts';
import { onDatabase } from '../stage/on-database.ts';
import type { Program, Site } from '../stage/open-site.ts';
import { seedPending } from '../stage/seed-pending.ts';
import { createLine } from '../verdict/line.ts';
import { median, ratios } from '../verdict/median.ts';
import { TARGETS } from '../verdict/targets.ts';
import { onSite } from './on-site.ts';
import { createTurn, takeTurns } from './turns.ts';

const ORDERS = 2_000;

/** `GET /orders/:id`, against a handler that only runs the SELECT. */
export async function measureRead(bench: Bench): Promise<Findings> {
  const { connections, rounds } = bench.scale;
  const measure = (name: string, describe: (site: Site, port: number) => Promise<Program>) => () =>
    onSite(bench, { name: `read-${name}` }, async (site) => {
      const port = await findFreePort();
      const ordersFile = await writeOrdersFile(bench, site);
      await site.start(await describe(site, port));
      const result = await runReads(bench, port, ordersFile);
      bench.log(`read, ${name}: ${perSecond(result).toFixed(0)}/s`);
      return result;
    });
  const ours = createTurn(measure('orders', orders.api));
  const bare = createTurn(
    measure('bare', (site, port) => describePeer(site, 'bare-read', 'api', port)),
  );
  await takeTurns(rounds, [ours, bare]);
  const rates = (all: readonly LoadResult[]): number[] => all.map(perSecond);
  const [shown, other] = [ours, bare].map(
    ({ results }) =>
      `${median(rates(results)).toFixed(0)}/s, p99 ${median(results.map(({ p99Ms }) => p99Ms)).toFixed(1)} ms`,
  );
  return {
    lines: [
      createLine({
        part: 'read',
        figure: `GET /orders/:id, ${connections} connections, against the SELECT alone`,
        unit: '×',
        samples: ratios(rates(ours.results), rates(bare.results)),
        target: TARGETS.read,
        note: `${shown} against ${other}`,
      }),
    ],
    plots: [],
  };
}

async function runReads(
  { load, scale }: Bench,
  port: number,
  ordersFile: string,
): Promise<LoadResult> {
  const reads = {
    workload: { kind: 'read', ordersFile } as const,
    port,
    connections: scale.connections,
  };
  if (scale.warmUpSeconds > 0) await load.run({ ...reads, seconds: scale.warmUpSeconds });
  const result = await load.run({ ...reads, seconds: scale.intakeSeconds });
  if (result.failed > 0) throw new Error(`${result.failed} reads were not answered with 200`);
  return result;
}

/** Lines of an order's id and its customer's token. */
async function writeOrdersFile({ tokensFile }: Bench, site: Site): Promise<string> {
  const ids = await seedPending(site.databaseUrl, { count: ORDERS });
  const tokens = (await readFile(tokensFile, 'utf8')).trim().split('\n');
  const customers = await onDatabase(site.databaseUrl, async (client) => {
    const { rows } = await client.query<{ id: string; customer: number }>(
      `SELECT id, substr(customer_id, 10)::int AS customer FROM orders WHERE id = ANY($1::uuid[])`,
      [ids],
    );
    return rows;
  });
  const lines = customers.map(({ id, customer }) => `${id} ${tokens[customer - 1] ?? ''}`);
  const file = join(site.folder, 'orders.txt');
  await writeFile(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  return file;
}

function perSecond({ answered, seconds }: LoadResult): number {
  return answered / seconds;
}
