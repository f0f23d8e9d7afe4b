import { readFile } from 'node:fs/promises';
import type { Bench } from '../bench.ts';
import { sendBurst } from '../load/send-orders.ts';
import type { Findings } from '../report/plot.ts';
import type { Site } from '../stage/open-site.ts';
import { createLine } from '../verdict/line.ts';
import { median, quantile } from '../verdict/median.ts';
import { TARGETS } from '../verdict/targets.ts';
import { onSite } from './on-site.ts';
import { readOutcomes } from './read-outcomes.ts';
import { startBoth, waitForRest } from './start-both.ts';

const part = 'burst';

interface Burst {
  readonly refused: number;
  readonly acceptedP50Ms: number;
  readonly acceptedP99Ms: number;
  /** Until the last one was completed; infinite when one was not. */
  readonly allCompletedMs: number;
}

/** Many orders at the same moment, each on a connection of its own, at services that were idle. */
export async function measureBurst(bench: Bench): Promise<Findings> {
  const { burst, bursts: count } = bench.scale;
  const tokens = (await readFile(bench.tokensFile, 'utf8')).trim().split('\n');
  const bursts = await onSite(bench, { name: 'burst' }, async (site) => {
    const port = await startBoth(bench, site);
    const all: Burst[] = [];
    for (let turn = 0; turn < count; turn += 1) {
      all.push(await runBurst(bench, site, port, tokens));
    }
    return all;
  });
  const size = burst.toLocaleString('en-US');
  const shown = median(bursts.map(({ acceptedP50Ms }) => acceptedP50Ms)).toFixed(0);
  bench.log(`burst of ${size}: p50 ${shown} ms`);
  return {
    lines: [
      createLine({
        part,
        figure: `burst of ${size} orders: not answered with 201`,
        unit: '',
        samples: [bursts.reduce((sum, { refused }) => sum + refused, 0)],
        target: TARGETS.burstRefused,
        note: `${count} bursts`,
      }),
      createLine({
        part,
        figure: `burst of ${size} orders: to accepted, p99`,
        unit: 'ms',
        samples: bursts.map(({ acceptedP99Ms }) => acceptedP99Ms),
        target: TARGETS.burstP99Ms,
        note: `p50 ${shown} ms`,
      }),
      createLine({
        part,
        figure: `burst of ${size} orders: all completed`,
        unit: 'ms',
        samples: bursts.map(({ allCompletedMs }) => allCompletedMs),
        target: TARGETS.burstCompletedMs,
        note: 'after the first request',
      }),
    ],
    plots: [],
  };
}

async function runBurst(
  { scale, nextRun }: Bench,
  site: Site,
  port: number,
  tokens: readonly string[],
): Promise<Burst> {
  const sent = await sendBurst({ port, tokens, run: nextRun(), count: scale.burst });
  await waitForRest(site);
  const outcomes = await readOutcomes(site, sent);
  const accepted = outcomes.map(({ acceptedMs }) => acceptedMs);
  return {
    refused: sent.filter(({ status }) => status !== 201).length,
    acceptedP50Ms: quantile(accepted, 0.5),
    acceptedP99Ms: quantile(accepted, 0.99),
    allCompletedMs: Math.max(...outcomes.map(({ completedMs }) => completedMs ?? Infinity)),
  };
}
