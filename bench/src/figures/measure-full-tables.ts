import type { Bench } from '../bench.ts';
import { orders } from '../contenders/orders/contender.ts';
import { runFulfilment } from '../measure/run-fulfilment.ts';
import { runIntake } from '../measure/run-intake.ts';
import type { Findings } from '../report/plot.ts';
import { createLine } from '../verdict/line.ts';
import { median, ratios } from '../verdict/median.ts';
import { TARGETS } from '../verdict/targets.ts';
import { onSite } from './on-site.ts';
import { createTurn, takeTurns } from './turns.ts';

const part = 'full-tables';

/** The same load on tables that hold many completed orders already, against empty ones. */
export async function measureFullTables(bench: Bench): Promise<Findings> {
  const { existing, fulfilled, rounds, connections } = bench.scale;
  const accept = (before: number) => () =>
    onSite(bench, { name: `accept-on-${before}`, existing: before }, async (site) => {
      const run = await runIntake(bench, site, orders, connections);
      bench.log(`accepted on ${before} orders: ${run.acceptedPerSecond.toFixed(0)}/s`);
      return run.acceptedPerSecond;
    });
  const complete = (before: number) => () =>
    onSite(bench, { name: `complete-on-${before}`, existing: before }, async (site) => {
      const run = await runFulfilment(bench, site, orders, { orders: fulfilled });
      bench.log(`completed on ${before} orders: ${run.completedPerSecond.toFixed(0)}/s`);
      return run.completedPerSecond;
    });
  const accepted = { full: createTurn(accept(existing)), empty: createTurn(accept(0)) };
  const completed = { full: createTurn(complete(existing)), empty: createTurn(complete(0)) };
  await takeTurns(rounds, [accepted.full, accepted.empty, completed.full, completed.empty]);

  const compare = (what: string, { full, empty }: typeof accepted) =>
    createLine({
      part,
      figure: `${what}, with ${existing.toLocaleString('en-US')} orders against empty tables`,
      unit: '×',
      samples: ratios(full.results, empty.results),
      target: TARGETS.fullTables,
      note: `${median(full.results).toFixed(0)}/s against ${median(empty.results).toFixed(0)}/s`,
    });
  return { lines: [compare('accepted', accepted), compare('completed', completed)], plots: [] };
}
