// scratch
import { join } from 'node:path';
import { mkdtemp } from 'node:fs/promises';
import { startStage } from './stage/start-stage.ts';
import { SCALES } from './scale.ts';
import { findWrk } from './load/find-wrk.ts';
import { createWrk } from './load/create-wrk.ts';
import { createTokensFile } from './create-tokens-file.ts';
import { runIntake } from './measure/run-intake.ts';
import { runFulfilment } from './measure/run-fulfilment.ts';
import { contenders } from './contenders/all-contenders.ts';
import { projectFolder } from './project-folder.ts';
const log = (line: string) => process.stderr.write(line + '\n');
const stage = await startStage(log);
const wrk = await findWrk(join(projectFolder, '.local/wrk-dist'), log);
if (!wrk) throw new Error('no wrk');
const folder = await mkdtemp('/tmp/bench-trial-');
const tokensFile = join(folder, 'tokens');
await createTokensFile(tokensFile);
let run = 0;
const bench = { stage, scale: SCALES.full, load: createWrk(wrk), tokensFile, log, nextRun: () => (run += 1) };
const only = process.argv[2]?.split(',') ?? [];
const what = process.argv[3] ?? 'intake,fulfilment';
for (const c of contenders) {
  if (only.length && !only.includes(c.name)) continue;
  try {
  if (what.includes('intake')) {
    for (const n of [100, 1000]) {
    const site = await stage.openSite(`${c.name}-intake-${n}`);
    log(`${c.name} ${n} ${JSON.stringify(await runIntake(bench, site, c, n))}`);
    await site.close();
    }
  }
  if (what.includes('fulfilment')) {
    const site = await stage.openSite(`${c.name}-fulfilment`);
    log(`${c.name} ${JSON.stringify({...await runFulfilment(bench, site, c, {orders: 20_000}), memory: 0})}`);
    await site.close();
  }
  } catch (e) { log(String((e as Error).stack)); }
}
await stage.close();
