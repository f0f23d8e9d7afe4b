import type { Bench } from '../bench.ts';
import { contenders, peers } from '../contenders/all-contenders.ts';
import type { Contender } from '../contenders/contender.ts';
import { orders } from '../contenders/orders/contender.ts';
import { type FulfilmentRun, runFulfilment } from '../measure/run-fulfilment.ts';
import type { Findings } from '../report/plot.ts';
import { createLine, type Line } from '../verdict/line.ts';
import { median, ratios } from '../verdict/median.ts';
import { TARGETS } from '../verdict/targets.ts';
import { describeCpu, drawCpu } from './describe-cpu.ts';
import { onSite } from './on-site.ts';
import { createTurn, takeTurns } from './turns.ts';

const part = 'fulfilment';

/** Completed orders per second and worker, from a table and a queue that are full at the start. */
export async function measureFulfilment(bench: Bench): Promise<Findings> {
  const { fulfilled, rounds } = bench.scale;
  const measure = (contender: Contender, workers: number) => () =>
    onSite(bench, { name: `fulfilment-${contender.name}` }, async (site) => {
      const run = await runFulfilment(bench, site, contender, { orders: fulfilled, workers });
      bench.log(`fulfilment, ${contender.title}, ${workers} worker: ${perSecond([run])}`);
      return run;
    });
  const two = createTurn(measure(orders, 2));
  const one = new Map(contenders.map((each) => [each, createTurn(measure(each, 1))]));
  await takeTurns(rounds, [...one.values(), two]);

  const of = (contender: Contender): readonly FulfilmentRun[] => one.get(contender)?.results ?? [];
  return {
    lines: [
      describeRate(of(orders), '1 worker'),
      describeRate(two.results, '2 workers'),
      ...peers.map((peer) =>
        createLine({
          part,
          figure: `completed, 1 worker, against ${peer.title}`,
          unit: '×',
          samples: ratios(ratesOf(of(orders)), ratesOf(of(peer))),
          target: TARGETS.completedAgainst[peer.name],
          note: `${peer.title}: ${perSecond(of(peer))}`,
        }),
      ),
      ...describeCpu(
        part,
        'completed',
        of(orders).map(({ cpu }) => cpu),
      ),
    ],
    plots: [
      {
        kind: 'bars',
        title: 'Completed orders per second, one worker',
        unit: '/s',
        bars: contenders.map((each) => ({
          label: each.title,
          parts: [{ name: 'completed', value: median(ratesOf(of(each))) }],
        })),
      },
      drawCpu(
        'CPU per completed order',
        contenders.map((each) => ({ label: each.title, runs: of(each).map(({ cpu }) => cpu) })),
      ),
    ],
  };
}

function describeRate(runs: readonly FulfilmentRun[], by: string): Line {
  const seconds = median(runs.map((run) => run.seconds)).toFixed(1);
  return createLine({
    part,
    figure: `completed, ${by}`,
    unit: '/s',
    samples: ratesOf(runs),
    note: `${runs[0]?.completed ?? 0} orders in ${seconds} s, the first quarter not counted`,
  });
}

function perSecond(runs: readonly FulfilmentRun[]): string {
  return `${median(ratesOf(runs)).toFixed(0)}/s`;
}

function ratesOf(runs: readonly FulfilmentRun[]): number[] {
  return runs.map(({ completedPerSecond }) => completedPerSecond);
}
