import type { OpsConfig } from '../config.ts';
import {
  desiredWorkersFile,
  followDesiredWorkers,
  removeDesiredWorkers,
  writeDesiredWorkers,
} from './desired-workers.ts';
import type { WorkerPool } from './worker-pool.ts';

/** Follows the number of workers that is asked for, from the configured one on, until closed. */
export async function followScale(
  config: OpsConfig,
  pool: WorkerPool,
  note: (line: string) => void,
): Promise<{ close(): Promise<void> }> {
  const file = desiredWorkersFile(config.LOCAL_FOLDER);
  const stop = new AbortController();
  await writeDesiredWorkers(file, config.WORKERS);
  const scale = async (count: number): Promise<void> => {
    try {
      note(`scaling to ${count} worker(s) …`);
      await pool.scale(count);
      note(`${count} worker(s) run`);
    } catch (error) {
      note(`scaling failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  void followDesiredWorkers(file, config.WORKERS, scale, stop.signal);
  return {
    async close() {
      stop.abort();
      await removeDesiredWorkers(file);
    },
  };
}
