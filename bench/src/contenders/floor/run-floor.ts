import type { Bench } from '../../bench.ts';
import { type Cpu, perOrder, startCpuMeter } from '../../measure/cpu-meter.ts';
import { readNumber } from '../../stage/on-database.ts';
import type { Site } from '../../stage/open-site.ts';
import type { FloorWriter } from './floor-writer.ts';
import { createPgFloor } from './pg-floor.ts';
import { createPgbenchFloor, hasPgbench } from './pgbench-floor.ts';

export interface FloorRun {
  readonly acceptedPerSecond: number;
  /** Microseconds per order. */
  readonly cpu: Cpu;
}

/** pgbench where it is on the PATH; else `pg`, which costs more CPU itself. */
export async function findFloorWriter(): Promise<FloorWriter> {
  return (await hasPgbench()) ? createPgbenchFloor() : createPgFloor();
}

/**
 * What a machine stores when nobody stands before the table: the rows of an order by one prepared
 * statement per order and transaction, without HTTP, checks or queue.
 */
export async function runFloor(
  { stage, scale }: Bench,
  site: Site,
  writer: FloorWriter,
): Promise<FloorRun> {
  if (scale.warmUpSeconds > 0) await writer.write(site.databaseUrl, scale.warmUpSeconds);
  const before = await countOrders(site);
  const meter = await startCpuMeter([['postgres', stage.postgresPid]]);
  const beganAt = performance.now();
  await writer.write(site.databaseUrl, scale.intakeSeconds);
  const seconds = (performance.now() - beganAt) / 1_000;
  const cpu = await meter();
  const written = (await countOrders(site)) - before;
  return { acceptedPerSecond: written / seconds, cpu: perOrder(cpu, written) };
}

function countOrders(site: Site): Promise<number> {
  return readNumber(site.databaseUrl, 'SELECT count(*) FROM orders');
}
