import { readFile } from 'node:fs/promises';
import type { Bench } from '../bench.ts';
import { sendAtRate } from '../load/send-orders.ts';
import type { Findings } from '../report/plot.ts';
import { createLine } from '../verdict/line.ts';
import { quantile } from '../verdict/median.ts';
import { TARGETS } from '../verdict/targets.ts';
import { onSite } from './on-site.ts';
import { type Outcome, readOutcomes } from './read-outcomes.ts';
import { startBoth, waitForRest } from './start-both.ts';

const part = 'latency';

/** How long an order takes to be completed when they come at a fixed, easy rate. */
export async function measureLatency(bench: Bench): Promise<Findings> {
  const { steadyPerSecond, steadySeconds } = bench.scale;
  const tokens = (await readFile(bench.tokensFile, 'utf8')).trim().split('\n');
  const outcomes = await onSite(bench, { name: 'latency' }, async (site) => {
    const port = await startBoth(bench, site);
    const count = steadyPerSecond * steadySeconds;
    const sent = await sendAtRate({ port, tokens, run: bench.nextRun(), count }, steadyPerSecond);
    await waitForRest(site);
    return readOutcomes(site, sent);
  });
  const accepted = outcomes.map(({ acceptedMs }) => acceptedMs);
  const completed = completedMs(outcomes);
  bench.log(`latency at ${steadyPerSecond}/s: p50 ${quantile(completed, 0.5).toFixed(1)} ms`);
  const note = `${completed.length} of ${outcomes.length} completed; counted from when each order was due`;
  const line = (share: number, target: typeof TARGETS.steadyP50Ms) =>
    createLine({
      part,
      figure: `to completed at ${steadyPerSecond}/s, p${share * 100}`,
      unit: 'ms',
      // An order that was not completed is slower than any that was.
      samples: [completed.length === outcomes.length ? quantile(completed, share) : Infinity],
      target,
      note,
    });
  return {
    lines: [
      line(0.5, TARGETS.steadyP50Ms),
      line(0.99, TARGETS.steadyP99Ms),
      createLine({
        part,
        figure: `to accepted at ${steadyPerSecond}/s, p50`,
        unit: 'ms',
        samples: [quantile(accepted, 0.5)],
        note: `p99 ${quantile(accepted, 0.99).toFixed(1)} ms`,
      }),
    ],
    plots: [
      {
        kind: 'bars',
        title: `Latency at ${steadyPerSecond} orders per second`,
        unit: 'ms',
        bars: [0.5, 0.9, 0.99, 1].flatMap((share) => [
          bar(`to accepted, ${nameShare(share)}`, quantile(accepted, share)),
          bar(`to completed, ${nameShare(share)}`, quantile(completed, share)),
        ]),
      },
    ],
  };
}

function completedMs(outcomes: readonly Outcome[]): number[] {
  return outcomes.flatMap((outcome) => outcome.completedMs ?? []);
}

function bar(label: string, value: number) {
  return {
    label,
    parts: [{ name: label.startsWith('to accepted') ? 'accepted' : 'completed', value }],
  };
}

function nameShare(share: number): string {
  return share === 1 ? 'max' : `p${share * 100}`;
}
