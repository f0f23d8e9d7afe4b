import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { createTokensFile } from './create-tokens-file.ts';
import { measureBacklog } from './figures/measure-backlog.ts';
import { measureBurst } from './figures/measure-burst.ts';
import { measureFullTables } from './figures/measure-full-tables.ts';
import { measureFulfilment } from './figures/measure-fulfilment.ts';
import { measureHotSku } from './figures/measure-hot-sku.ts';
import { measureIntake } from './figures/measure-intake.ts';
import { measureLatency } from './figures/measure-latency.ts';
import { measureRead } from './figures/measure-read.ts';
import { findLoadGenerator } from './load/find-load-generator.ts';
import type { Findings } from './report/plot.ts';
import type { Report } from './report/report.ts';
import type { Scale } from './scale.ts';
import { startStage } from './stage/start-stage.ts';
import { createFailedLine } from './verdict/line.ts';
import { projectFolder } from './project-folder.ts';

/** The parts of the bench, in the order in which they run. */
export const PARTS = {
  intake: measureIntake,
  fulfilment: measureFulfilment,
  latency: measureLatency,
  burst: measureBurst,
  read: measureRead,
  'hot-sku': measureHotSku,
  backlog: measureBacklog,
  'full-tables': measureFullTables,
} as const satisfies Record<string, (bench: Bench) => Promise<Findings>>;

export type PartName = keyof typeof PARTS;

export interface BenchOptions {
  readonly scale: Scale;
  readonly parts: readonly PartName[];
  /** Passed to node before the script of every program that is measured. */
  readonly nodeOptions?: readonly string[];
  readonly log: (line: string) => void;
}

/**
 * Starts the servers, measures the parts one after the other, and stops everything. A part that fails
 * is a missed line; the others are measured all the same.
 */
export async function runBench(options: BenchOptions): Promise<Report> {
  const { scale, parts, log } = options;
  const startedAt = new Date();
  const folder = await mkdtemp(join(tmpdir(), 'orders-bench-'));
  const tokensFile = join(folder, 'tokens.txt');
  await createTokensFile(tokensFile);
  const load = await findLoadGenerator(join(projectFolder, '.local', 'wrk-dist'), log);
  const stage = await startStage(options);
  let run = 0;
  const bench: Bench = { stage, scale, load, tokensFile, log, nextRun: () => (run += 1) };
  try {
    const findings: Findings[] = [];
    for (const part of parts) findings.push(await measurePart(part, bench));
    const lines = findings.flatMap((found) => found.lines);
    return {
      startedAt: startedAt.toISOString(),
      seconds: (Date.now() - startedAt.getTime()) / 1_000,
      scale: scale.name,
      rounds: scale.rounds,
      loadGenerator: load.name,
      machine: describeMachine(),
      verdict: lines.some(({ verdict }) => verdict === 'missed') ? 'missed' : 'met',
      lines,
      plots: findings.flatMap((found) => found.plots),
    };
  } finally {
    await stage.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measurePart(part: PartName, bench: Bench): Promise<Findings> {
  try {
    return await PARTS[part](bench);
  } catch (error) {
    bench.log(
      `${part} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    return { lines: [createFailedLine(part, error)], plots: [] };
  }
}

function describeMachine(): Report['machine'] {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGb: Math.round(totalmem() / 1e9),
    node: process.versions.node,
  };
}
