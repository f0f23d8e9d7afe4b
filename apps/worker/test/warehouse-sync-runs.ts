import { listWarehouseSyncs } from '@orders/database/warehouse/list-warehouse-syncs';
import {
  readWarehouseSync,
  type WarehouseSyncDetails,
} from '@orders/database/warehouse/read-warehouse-sync';
import { requestWarehouseSync } from '@orders/database/warehouse/request-warehouse-sync';
import { waitUntil } from '@orders/local-services/wait-until';
import { createLogger } from '@orders/service/logger';
import { createTasks } from '../src/sweeper/hung-tasks.ts';
import {
  type RunningWarehouseSync,
  startWarehouseSync,
  type WarehouseSyncOptions,
} from '../src/warehouse/start-warehouse-sync.ts';
import type { WarehouseWorld } from './warehouse-world.ts';

const SILENT = createLogger({ name: 'test', level: 'silent' });

/** A worker's warehouse sync in this process; on demand only, unless an interval is given. */
export function startSync(
  { database, url }: WarehouseWorld,
  options: Partial<WarehouseSyncOptions> = {},
): RunningWarehouseSync {
  return startWarehouseSync({
    database,
    logger: SILENT,
    url,
    intervalMs: 0,
    timeoutMs: 5_000,
    leaseMs: 30_000,
    pageRows: 10,
    maxRows: 1_000,
    lookEveryMs: 20,
    onRaised: () => {},
    track: createTasks().track,
    onEnd: () => {},
    ...options,
  });
}

/** Asks for a run and waits for its end. */
export async function sync(
  { database }: WarehouseWorld,
  { dryRun = false, force = false } = {},
): Promise<WarehouseSyncDetails> {
  const asked = await requestWarehouseSync(database, { dryRun, force, actor: 'operator:ann' });
  return waitForEnd(database, asked.sync.id);
}

export function waitForEnd(
  database: WarehouseWorld['database'],
  id: string,
): Promise<WarehouseSyncDetails> {
  return waitUntil(
    async () => {
      const run = await readWarehouseSync(database, id, 1_000);
      return run?.finishedAt === null ? null : run;
    },
    { what: 'the end of the sync', timeoutMs: 20_000 },
  );
}

/** The run that is under way now. */
export function waitForRunning(database: WarehouseWorld['database']): Promise<string> {
  return waitUntil(
    async () => {
      const [newest] = await listWarehouseSyncs(database, 1);
      return newest?.state === 'running' && newest.id;
    },
    { what: 'a sync to run', timeoutMs: 10_000 },
  );
}
