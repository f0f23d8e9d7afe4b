import type { Bench } from '../bench.ts';
import { contenders, peers } from '../contenders/all-contenders.ts';
import type { Contender, Peer } from '../contenders/contender.ts';
import { findFloorWriter, type FloorRun, runFloor } from '../contenders/floor/run-floor.ts';
import { orders } from '../contenders/orders/contender.ts';
import { type IntakeRun, runIntake } from '../measure/run-intake.ts';
import type { Findings, Plot } from '../report/plot.ts';
import { createLine, type Line } from '../verdict/line.ts';
import { median, ratios } from '../verdict/median.ts';
import { TARGETS } from '../verdict/targets.ts';
import { describeCpu, drawCpu } from './describe-cpu.ts';
import { onSite } from './on-site.ts';
import { createTurn, takeTurns } from './turns.ts';

const part = 'intake';

/** Accepted orders per second: ours at two numbers of connections, the floor's, the peers'. */
export async function measureIntake(bench: Bench): Promise<Findings> {
  const { connections, manyConnections, rounds } = bench.scale;
  const writer = await findFloorWriter();
  const measure = (contender: Contender, count: number) => () =>
    onSite(bench, { name: `intake-${contender.name}` }, async (site) => {
      const run = await runIntake(bench, site, contender, count);
      bench.log(`intake, ${contender.title}, ${count} connections: ${perSecond([run])}`);
      return run;
    });
  const floor = createTurn(() =>
    onSite(bench, { name: 'intake-floor' }, async (site) => {
      const run = await runFloor(bench, site, writer);
      bench.log(`intake, floor by ${writer.name}: ${perSecond([run])}`);
      return run;
    }),
  );
  const many = createTurn(measure(orders, manyConnections));
  const few = new Map(contenders.map((each) => [each, createTurn(measure(each, connections))]));
  await takeTurns(rounds, [many, floor, ...few.values()]);

  const of = (contender: Contender): readonly IntakeRun[] => few.get(contender)?.results ?? [];
  return {
    lines: [
      describeRate(of(orders), connections),
      describeRate(many.results, manyConnections),
      compareToFloor(bench, many.results, floor.results, writer.name),
      ...peers.map((peer) => compareToPeer(bench, of(orders), peer, of(peer))),
      createLine({
        part,
        figure: `memory of the api at ${manyConnections} connections`,
        unit: 'MB',
        samples: many.results.map((run) => run.apiPeakMb),
        target: TARGETS.memoryMb,
        note: 'peak RSS',
      }),
      ...describeCpu(
        part,
        'accepted',
        of(orders).map(({ cpu }) => cpu),
      ),
    ],
    plots: [
      drawRates([
        { label: `this project, ${manyConnections} conn.`, runs: many.results },
        { label: `floor by ${writer.name}`, runs: floor.results },
        ...contenders.map((each) => ({ label: each.title, runs: of(each) })),
      ]),
      drawCpu(
        'CPU per accepted order',
        contenders.map((each) => ({ label: each.title, runs: of(each).map(({ cpu }) => cpu) })),
      ),
    ],
  };
}

type Rated = Pick<FloorRun, 'acceptedPerSecond'>;

function describeRate(runs: readonly IntakeRun[], connections: number): Line {
  const failed = runs.reduce((sum, run) => sum + run.failed, 0);
  return createLine({
    part,
    figure: `accepted, ${connections} connections`,
    unit: '/s',
    samples: ratesOf(runs),
    note: `${latencies(runs)}${failed > 0 ? `, ${failed} not accepted` : ''}`,
  });
}

/** autocannon takes as much CPU as the API it drives: then these two are shown without a verdict. */
function compareToFloor(
  { load, scale }: Bench,
  ours: readonly Rated[],
  floor: readonly Rated[],
  by: string,
): Line {
  return createLine({
    part,
    figure: `accepted, ${scale.manyConnections} connections, against the floor`,
    unit: '×',
    samples: ratios(ratesOf(ours), ratesOf(floor)),
    target: load.name === 'wrk' ? TARGETS.acceptedAgainstFloor : null,
    note: `floor by ${by}: ${perSecond(floor)}`,
  });
}

function compareToPeer(
  { load, scale }: Bench,
  ours: readonly Rated[],
  peer: Peer,
  theirs: readonly IntakeRun[],
): Line {
  const isJudged = load.name === 'wrk' || peer.name !== 'textbook';
  return createLine({
    part,
    figure: `accepted, ${scale.connections} connections, against ${peer.title}`,
    unit: '×',
    samples: ratios(ratesOf(ours), ratesOf(theirs)),
    target: isJudged ? TARGETS.acceptedAgainst[peer.name] : null,
    note: `${peer.title}: ${perSecond(theirs)}, ${latencies(theirs)}`,
  });
}

function drawRates(
  all: readonly { readonly label: string; readonly runs: readonly Rated[] }[],
): Plot {
  const bars = all.map(({ label, runs }) => ({
    label,
    parts: [{ name: 'accepted', value: median(ratesOf(runs)) }],
  }));
  return { kind: 'bars', title: 'Accepted orders per second', unit: '/s', bars };
}

function latencies(runs: readonly IntakeRun[]): string {
  const p50 = median(runs.map((run) => run.p50Ms)).toFixed(1);
  const p99 = median(runs.map((run) => run.p99Ms)).toFixed(1);
  return `p50 ${p50} ms, p99 ${p99} ms`;
}

function perSecond(runs: readonly Rated[]): string {
  return `${median(ratesOf(runs)).toFixed(0)}/s`;
}

function ratesOf(runs: readonly Rated[]): number[] {
  return runs.map(({ acceptedPerSecond }) => acceptedPerSecond);
}
