import type { Bench } from '../bench.ts';
import { orders } from '../contenders/orders/contender.ts';
import { runFulfilment } from '../measure/run-fulfilment.ts';
import type { Findings } from '../report/plot.ts';
import { createLine } from '../verdict/line.ts';
import { TARGETS } from '../verdict/targets.ts';
import { onSite } from './on-site.ts';

const part = 'backlog';

/** One worker drains a long queue: how fast, and whether its memory stays flat. */
export async function measureBacklog(bench: Bench): Promise<Findings> {
  const { backlog } = bench.scale;
  const run = await onSite(bench, { name: 'backlog' }, (site) =>
    runFulfilment(bench, site, orders, { orders: backlog }),
  );
  const count = backlog.toLocaleString('en-US');
  bench.log(`backlog of ${count}: ${run.completedPerSecond.toFixed(0)}/s`);
  const { early, late } = compareHalves(run.memory.map(({ mb }) => mb));
  return {
    lines: [
      createLine({
        part,
        figure: `a backlog of ${count} drained by 1 worker`,
        unit: '/s',
        samples: [run.completedPerSecond],
        note: `all ${run.completed} in ${run.seconds.toFixed(1)} s`,
      }),
      createLine({
        part,
        figure: 'memory of the worker',
        unit: 'MB',
        samples: [run.workerPeakMb],
        target: TARGETS.memoryMb,
        note: 'peak RSS',
      }),
      createLine({
        part,
        figure: 'memory of the worker stays flat: last quarter against second quarter',
        unit: '×',
        samples: [late / early],
        target: TARGETS.memoryGrowth,
        note: `${late.toFixed(0)} MB against ${early.toFixed(0)} MB, the most in each`,
      }),
    ],
    plots: [
      {
        kind: 'curves',
        title: `Memory of the worker while it drains ${count} orders`,
        unit: 'MB',
        curves: [{ name: 'RSS', points: run.memory.map(({ atMs, mb }) => ({ atMs, value: mb })) }],
      },
    ],
  };
}

/** The most in the second quarter of the time, when all is warm, and in the last one. */
function compareHalves(samples: readonly number[]): { early: number; late: number } {
  const quarter = Math.max(1, Math.floor(samples.length / 4));
  return {
    early: Math.max(...samples.slice(quarter, 2 * quarter + 1)),
    late: Math.max(...samples.slice(-quarter)),
  };
}
