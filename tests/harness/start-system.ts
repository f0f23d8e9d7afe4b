import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, type Database } from '@orders/database/client';
import { dropDatabase } from '@orders/local-services/create-database';
import { findFreePort } from '@orders/local-services/free-port';
import { askProvider, type Provider } from './ask-provider.ts';
import { checkInvariants } from './check-invariants.ts';
import { canariesOf, findSecrets } from './find-secrets.ts';
import { TOKENS } from './mint-token.ts';
import { type Client, createClient } from './remembering-client.ts';
import { type Service, type ServiceOptions, startService } from './service.ts';
import { startProxy, type Proxy } from './start-proxy.ts';
import { REPOSITORY, type Stores } from './start-stores.ts';

/** What can stand between two processes. */
export type Link =
  | 'client>api'
  | 'api>postgres'
  | 'api>redis'
  | 'worker>postgres'
  | 'worker>redis'
  | 'worker>provider';

export type Life = Pick<ServiceOptions, 'restartMs' | 'failpoints' | 'clockOffsetMs'> & {
  readonly env?: Readonly<Record<string, string>>;
  /** Another build of the program; that of this project without it. */
  readonly entry?: string;
};

export interface SystemOptions {
  readonly stores: Stores;
  /** One entry per worker; one plain worker without it. */
  readonly workers?: readonly Life[];
  /** For all workers, also those that come later. */
  readonly workerEnv?: Readonly<Record<string, string>>;
  readonly api?: Life;
  readonly simulator?: Life;
  /** Whether stock is synced with the simulator's warehouse, when asked for. */
  readonly warehouse?: boolean;
  /** Links with a proxy in them. */
  readonly through?: readonly Link[];
}

/** A whole system of real processes, and the client that uses it. */
export interface System {
  readonly stores: Stores;
  readonly api: Service;
  readonly simulator: Service;
  /** In the order of their start, the dead ones too. */
  readonly workers: readonly Service[];
  readonly provider: Provider;
  readonly client: Client;
  readonly database: Database;
  readonly databaseUrl: string;
  readonly apiUrl: string;
  /** Where its processes write their logs. */
  readonly logsFolder: string;
  /** The SKU that the client orders when not told otherwise: there is plenty of it. */
  readonly sku: string;
  proxy(link: Link): Proxy;
  /** The links that have a proxy. */
  readonly links: readonly Link[];
  /** Starts one more; it need not be ready yet. */
  addWorker(life?: Life): Promise<Service>;
  /**
   * Violations of I1–I8, contradictions in what the client was told, and secrets in the logs; empty
   * when all is well.
   */
  violations(healed?: boolean): Promise<string[]>;
  /** `keepLogs`: its folder stays, for whoever wants to know why it failed. */
  close(options?: { readonly keepLogs?: boolean }): Promise<void>;
}

/**
 * Short locks, sweeps and leases, so that what takes a minute in production takes seconds here. The
 * lock is still long enough that a worker on a busy machine keeps it.
 */
const QUICK_WORKER = {
  JOB_LOCK_MS: '2500',
  JOB_STALLED_CHECK_MS: '500',
  SWEEP_INTERVAL_MS: '200',
  ORDER_LEASE_MS: '3000',
  PAYMENT_TIMEOUT_MS: '1500',
  WORKER_CONCURRENCY: '50',
  WAREHOUSE_SYNC_INTERVAL_SECONDS: '0',
  WAREHOUSE_TIMEOUT_MS: '1500',
  WAREHOUSE_LEASE_MS: '2000',
};
const QUICK_API = { ORDER_LEASE_MS: '3000' };

const SKU = 'BACKPACK-0001';

/** Starts a system on stores of its own. Resolves when an order would go through. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { stores, through = [] } = options;
  const folder = await mkdtemp(join(tmpdir(), 'orders-system-'));
  const logsFolder = join(folder, 'logs');
  const acknowledgedFile = join(folder, 'acknowledged.ndjson');
  await writeFile(acknowledgedFile, '');
  const [databaseUrl, redisUrl] = await Promise.all([stores.createDatabase(), stores.emptyRedis()]);
  const [apiPort, simulatorPort] = await Promise.all([findFreePort(), findFreePort()]);
  const providerUrl = `http://127.0.0.1:${simulatorPort}`;
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const targets: Record<Link, string> = {
    'client>api': apiUrl,
    'api>postgres': databaseUrl,
    'api>redis': redisUrl,
    'worker>postgres': databaseUrl,
    'worker>redis': redisUrl,
    'worker>provider': providerUrl,
  };
  const proxies = new Map<Link, Proxy>();
  for (const link of through) proxies.set(link, await startProxy(targets[link]));
  const reach = (link: Link): string => proxies.get(link)?.through(targets[link]) ?? targets[link];

  async function start(name: string, app: string, env: NodeJS.ProcessEnv, life: Life) {
    const internalPort = app === 'simulator' ? null : await findFreePort();
    return startService({
      entry: join(REPOSITORY, `apps/${app}/dist/main.js`),
      ...life,
      name,
      cwd: folder,
      logFile: join(logsFolder, `${name}.ndjson`),
      readyUrl:
        internalPort === null
          ? `${providerUrl}/health`
          : `http://127.0.0.1:${internalPort}/health/ready`,
      env: {
        NODE_ENV: 'test',
        HOST: '127.0.0.1',
        INTERNAL_PORT: String(internalPort),
        ...env,
        ...life.env,
      },
    });
  }

  const startWorker = (life: Life) =>
    start(
      `worker-${workers.length + 1}`,
      'worker',
      {
        ...QUICK_WORKER,
        DATABASE_URL: reach('worker>postgres'),
        REDIS_URL: reach('worker>redis'),
        PAYMENT_PROVIDER_URL: reach('worker>provider'),
        ...(options.warehouse === true ? { WAREHOUSE_URL: reach('worker>provider') } : {}),
        ...options.workerEnv,
      },
      life,
    );

  const simulator = await start(
    'simulator',
    'simulator',
    { PORT: String(simulatorPort), LEDGER_FILE: join(folder, 'ledger.ndjson') },
    options.simulator ?? {},
  );
  const api = await start(
    'api',
    'api',
    {
      ...QUICK_API,
      PORT: String(apiPort),
      DATABASE_URL: reach('api>postgres'),
      REDIS_URL: reach('api>redis'),
      JWT_SECRET: TOKENS.secret,
      JWT_ISSUER: TOKENS.issuer,
      JWT_AUDIENCE: TOKENS.audience,
      RATE_LIMIT_CUSTOMER: '1000000',
      RATE_LIMIT_ADDRESS: '1000000',
    },
    options.api ?? {},
  );
  const workers: Service[] = [];
  for (const life of options.workers ?? [{}]) workers.push(await startWorker(life));
  const database = createDatabase({
    url: databaseUrl,
    poolSize: 4,
    applicationName: 'orders-harness',
    statementTimeoutMs: 30_000,
    connectTimeoutMs: 10_000,
  });
  const client = createClient({ apiUrl: () => reach('client>api'), acknowledgedFile, sku: SKU });
  const checked = { databaseUrl, redisUrl, providerUrl, acknowledgedFile, logsFolder };

  const system: System = {
    stores,
    api,
    simulator,
    workers,
    provider: askProvider(providerUrl),
    client,
    database,
    databaseUrl,
    apiUrl,
    logsFolder,
    sku: SKU,
    links: through,
    proxy: (link) => {
      const proxy = proxies.get(link);
      if (proxy === undefined) throw new Error(`no proxy was asked for in ${link}`);
      return proxy;
    },
    addWorker: async (life = {}) => {
      const worker = await startWorker(life);
      workers.push(worker);
      return worker;
    },
    violations: async (healed = true) => [
      ...(await checkInvariants({ ...checked, emptyFolder: folder }, healed)),
      ...client.contradictions(),
      ...(await findSecrets(logsFolder, canariesOf(stores))).findings,
    ],
    close: async ({ keepLogs = false } = {}) => {
      await Promise.all([...workers, api, simulator].map((service) => service.close()));
      await Promise.all(Array.from(proxies.values(), (proxy) => proxy.close()));
      await database.close();
      await dropDatabase(databaseUrl).catch(() => {});
      if (!keepLogs) await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await Promise.all([simulator, api, ...workers].map((service) => service.ready()));
    return system;
  } catch (error) {
    await system.close();
    throw error;
  }
}
