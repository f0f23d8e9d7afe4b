import { findFreePort } from '@orders/local-services/free-port';
import type { Bench } from '../bench.ts';
import type { Contender } from '../contenders/contender.ts';
import type { Workload } from '../load/load-result.ts';
import { readNumber } from '../stage/on-database.ts';
import type { Site } from '../stage/open-site.ts';
import { type Cpu, perOrder, startCpuMeter } from './cpu-meter.ts';
import { readMemory } from './read-memory.ts';

export interface IntakeRun {
  readonly acceptedPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly accepted: number;
  readonly failed: number;
  /** Microseconds per accepted order. */
  readonly cpu: Cpu;
  readonly apiPeakMb: number;
}

/**
 * Starts the contender's API on this site and puts it under load; no worker runs. Every answer is
 * held against the table: an API that says 201 has stored the order.
 */
export async function runIntake(
  { stage, scale, load, tokensFile, nextRun }: Bench,
  site: Site,
  contender: Contender,
  connections: number,
): Promise<IntakeRun> {
  await contender.prepare(site);
  const port = await findFreePort();
  const api = await site.start(await contender.api(site, port));
  const workload = (): Workload => ({
    kind: 'place',
    customerFrom: contender.customerFrom,
    tokensFile,
    run: nextRun(),
  });
  if (scale.warmUpSeconds > 0) {
    await load.run({ workload: workload(), port, connections, seconds: scale.warmUpSeconds });
  }
  const before = await countOrders(site);
  const meter = await startCpuMeter([
    ['api', api.pid],
    ['postgres', stage.postgresPid],
    ['redis', stage.redisPid],
  ]);
  const result = await load.run({
    workload: workload(),
    port,
    connections,
    seconds: scale.intakeSeconds,
  });
  const cpu = await meter();
  const { peakMb } = await readMemory(api.pid);
  await api.close();
  // A few may be: autocannon repeats itself, and a window may close on an answer.
  if (result.failed > 0.01 * result.answered) {
    throw new Error(
      `${contender.title}: ${result.failed} of ${result.answered + result.failed} orders were not accepted`,
    );
  }
  const stored = (await countOrders(site)) - before;
  if (stored < result.answered) {
    throw new Error(
      `${contender.title}: ${result.answered} orders were accepted, ${stored} stored`,
    );
  }
  return {
    acceptedPerSecond: result.answered / result.seconds,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    accepted: result.answered,
    failed: result.failed,
    cpu: perOrder(cpu, result.answered),
    apiPeakMb: peakMb,
  };
}

function countOrders(site: Site): Promise<number> {
  return readNumber(site.databaseUrl, 'SELECT count(*) FROM orders');
}
