import { rm } from 'node:fs/promises';
import { endProcesses } from './end-processes.ts';
import type { Moment, Stage, Will } from './will.ts';

/** With the 2 s that a kill may take in each stage, all is gone well within 15 s. */
const graceMs: Record<Stage, number> = { service: 4000, store: 5000 };

/**
 * Carries out a will: removes the first paths, ends the services, then the stores, removes the rest. Returns when
 * everything is gone, after 13 s at the latest.
 */
export async function reap({ wards, paths }: Will): Promise<void> {
  await removePaths(paths, 'first');
  for (const stage of ['service', 'store'] as const) {
    const processes = [...wards.values()].filter((ward) => ward.stage === stage);
    await endProcesses(processes, graceMs[stage]);
  }
  await removePaths(paths, 'last');
}

async function removePaths(paths: Will['paths'], wanted: Moment): Promise<void> {
  for (const [path, moment] of paths) {
    if (moment !== wanted) continue;
    await rm(path, { recursive: true, force: true, maxRetries: 5 }).catch(() => {});
  }
}
