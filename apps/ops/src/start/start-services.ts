import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { findFreePort } from '@orders/local-services/free-port';
import { refusal } from '../cli/command-error.ts';
import type { OpsConfig } from '../config.ts';
import type { TokenIssuer } from '../tokens/mint-token.ts';
import { entryOf, type ServiceName } from './check-start.ts';
import type { Closers } from './create-closers.ts';
import {
  apiEnvironment,
  simulatorEnvironment,
  type Wiring,
  workerEnvironment,
} from './service-environments.ts';
import { type RunningService, startService } from './start-service.ts';
import { createWorkerPool, type WorkerPool } from './worker-pool.ts';

export interface Services {
  readonly apiUrl: string;
  readonly simulatorUrl: string;
  readonly simulator: RunningService;
  readonly api: RunningService;
  readonly workers: WorkerPool;
}

export interface ServicesOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly jwt: TokenIssuer;
  readonly closers: Closers;
  readonly note: (line: string) => void;
  /** Puts the stock of the database on the shelves of the simulated warehouse. */
  readonly stockWarehouse: (simulatorUrl: string) => Promise<number>;
  /** Something was started again, or workers came or went. */
  readonly onChange: () => void;
}

/** What each part may take to stop; with the stores' 5 s all is gone within 15 s. */
const GRACE_MS = { api: 4_000, workers: 4_000, simulator: 1_000 };

/** Starts simulator and api at once, then the workers, and waits until all of them are ready. */
export async function startServices(
  config: OpsConfig,
  options: ServicesOptions,
): Promise<Services> {
  const { closers } = options;
  const launch = createLauncher(config, options);
  const simulatorPort = await findFreePort();
  const simulatorUrl = `http://127.0.0.1:${simulatorPort}`;
  const wiring: Wiring = { ...options, simulatorUrl };

  const simulator = launch('simulator', 'simulator', {
    environment: simulatorEnvironment(config.environment, {
      port: simulatorPort,
      ledgerFile: ledgerFileOf(config),
    }),
    internalUrl: null,
    readyUrl: `${simulatorUrl}/health`,
  });
  closers.add('simulator', () => simulator.process.close({ graceMs: GRACE_MS.simulator }));

  const workers = createWorkerPool(async (name) => {
    const internalPort = await findFreePort();
    const environment = workerEnvironment(config.environment, wiring, { internalPort });
    return launch(name, 'worker', { environment, ...listenerOf(internalPort) });
  }, options.onChange);
  closers.add('workers', () => workers.close({ graceMs: GRACE_MS.workers }));

  const port = config.PORT === 0 ? await findFreePort() : config.PORT;
  const internalPort = await findFreePort();
  const api = launch('api', 'api', {
    environment: apiEnvironment(config.environment, wiring, { port, internalPort }),
    ...listenerOf(internalPort),
  });
  closers.add('api', () => api.process.close({ graceMs: GRACE_MS.api }));

  await allReady([simulator.process.ready, api.process.ready]);
  // Before any worker syncs with it: an empty warehouse would be an alarm.
  await options.stockWarehouse(simulatorUrl);
  await allReady([workers.scale(config.WORKERS)]);
  return { apiUrl: `http://127.0.0.1:${port}`, simulatorUrl, simulator, api, workers };
}

/** What a service says before it dies is what there is to say: its log's end, without our stack. */
async function allReady(services: readonly Promise<void>[]): Promise<void> {
  try {
    await Promise.all(services);
  } catch (error) {
    throw refusal(error instanceof Error ? error.message : String(error));
  }
}

function createLauncher(config: OpsConfig, { note, onChange }: ServicesOptions) {
  return (
    name: string,
    service: ServiceName,
    rest: { environment: NodeJS.ProcessEnv; internalUrl: string | null; readyUrl: string },
  ): RunningService =>
    startService({
      ...rest,
      name,
      entry: entryOf(config, service),
      cwd: config.projectFolder,
      logFolder: join(config.LOCAL_FOLDER, 'logs'),
      onRestart: onChange,
      note,
    });
}

function listenerOf(port: number): { internalUrl: string; readyUrl: string } {
  const internalUrl = `http://127.0.0.1:${port}`;
  return { internalUrl, readyUrl: `${internalUrl}/health/ready` };
}

/** One ledger per database: the charges of another one's orders would all look like violations. */
function ledgerFileOf({ LOCAL_FOLDER, DATABASE_URL }: OpsConfig): string {
  if (DATABASE_URL === undefined) return join(LOCAL_FOLDER, 'simulator/ledger.ndjson');
  const { host, pathname } = new URL(DATABASE_URL);
  const name = createHash('sha256').update(`${host}${pathname}`).digest('hex').slice(0, 16);
  return join(LOCAL_FOLDER, `simulator/ledger-${name}.ndjson`);
}
