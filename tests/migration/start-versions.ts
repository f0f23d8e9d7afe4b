import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, type Database } from '@orders/database/client';
import { migrate } from '@orders/database/migrate';
import { findFreePort } from '@orders/local-services/free-port';
import { startTestPostgres } from '@orders/local-services/start-test-postgres';
import { startTestRedis } from '@orders/local-services/start-test-redis';
import { checkInvariants } from '../harness/check-invariants.ts';
import { TOKENS } from '../harness/mint-token.ts';
import { type Client, createClient } from '../harness/remembering-client.ts';
import { type Service, startService } from '../harness/service.ts';
import { REPOSITORY } from '../harness/start-stores.ts';
import type { PreviousVersion } from './build-previous.ts';

export const SKU = 'PEN-0001';

/** An api and a worker of one version. */
export interface Version {
  readonly api: Service;
  readonly worker: Service;
  /** Speaks to this version's api. */
  readonly client: Client;
}

export interface World {
  readonly database: Database;
  readonly databaseUrl: string;
  readonly oldVersion: Version;
  /** Starts the present version beside the old one, on the same stores. */
  startNewVersion(): Promise<Version>;
  /** Brings the schema up to the present version. */
  migrate(): Promise<{ readonly applied: string[] }>;
  violations(): Promise<string[]>;
  close(): Promise<void>;
}

/** The version before, serving orders on the schema that it was made for. */
export async function startVersions(previous: PreviousVersion): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'orders-migration-'));
  const logsFolder = join(folder, 'logs');
  const acknowledgedFile = join(folder, 'acknowledged.ndjson');
  await writeFile(acknowledgedFile, '');
  const [postgres, redis] = await Promise.all([startTestPostgres(), startTestRedis()]);
  await migrate(postgres.url, { directory: previous.migrations });
  const database = createDatabase({
    url: postgres.url,
    poolSize: 3,
    applicationName: 'orders-harness',
    statementTimeoutMs: 30_000,
    connectTimeoutMs: 10_000,
  });
  await seed(database);

  const simulatorPort = await findFreePort();
  const providerUrl = `http://127.0.0.1:${simulatorPort}`;
  const services: Service[] = [];
  const start = (name: string, entry: string, readyUrl: string, env: Record<string, string>) => {
    const common = { NODE_ENV: 'test', HOST: '127.0.0.1' };
    const stores = { DATABASE_URL: postgres.url, REDIS_URL: redis.url };
    const service = startService({
      name,
      entry,
      readyUrl,
      cwd: folder,
      logFile: join(logsFolder, `${name}.ndjson`),
      env: { ...common, ...stores, ...env },
    });
    services.push(service);
    return service;
  };

  async function startVersion(
    name: string,
    entry: (app: 'api' | 'worker') => string,
  ): Promise<Version> {
    const [port, ofApi, ofWorker] = [
      await findFreePort(),
      await findFreePort(),
      await findFreePort(),
    ];
    const readyUrl = (internal: number) => `http://127.0.0.1:${internal}/health/ready`;
    const api = start(`${name}-api`, entry('api'), readyUrl(ofApi), {
      PORT: String(port),
      INTERNAL_PORT: String(ofApi),
      JWT_SECRET: TOKENS.secret,
      JWT_ISSUER: TOKENS.issuer,
      JWT_AUDIENCE: TOKENS.audience,
      RATE_LIMIT_CUSTOMER: '1000000',
      RATE_LIMIT_ADDRESS: '1000000',
    });
    const worker = start(`${name}-worker`, entry('worker'), readyUrl(ofWorker), {
      INTERNAL_PORT: String(ofWorker),
      PAYMENT_PROVIDER_URL: providerUrl,
      SWEEP_INTERVAL_MS: '200',
    });
    const apiUrl = () => `http://127.0.0.1:${port}`;
    await Promise.all([api.ready(), worker.ready()]);
    return { api, worker, client: createClient({ apiUrl, acknowledgedFile, sku: SKU }) };
  }

  const present = (app: string) => join(REPOSITORY, `apps/${app}/dist/main.js`);
  const simulator = start('simulator', present('simulator'), `${providerUrl}/health`, {
    PORT: String(simulatorPort),
    LEDGER_FILE: join(folder, 'ledger.ndjson'),
  });
  await simulator.ready();
  const checked = {
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    providerUrl,
    acknowledgedFile,
    logsFolder,
    emptyFolder: folder,
  };
  return {
    database,
    databaseUrl: postgres.url,
    oldVersion: await startVersion('old', previous.entry),
    startNewVersion: () => startVersion('new', present),
    migrate: () => migrate(postgres.url, { directory: join(REPOSITORY, 'prisma/migrations') }),
    violations: () => checkInvariants(checked),
    close: async () => {
      await Promise.all(services.map((service) => service.close()));
      await database.close();
      await Promise.all([postgres.close(), redis.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** In SQL, since the present seeding knows the present tables. */
async function seed({ prisma }: Database): Promise<void> {
  await prisma.$executeRaw`
    WITH made AS (
      INSERT INTO products (sku, name, price_minor, currency)
      SELECT 'PEN-' || lpad(n::text, 4, '0'), 'Pen ' || n, 299, 'USD' FROM generate_series(1, 20) AS n
      RETURNING sku
    ), stocked AS (
      INSERT INTO inventory (sku, on_hand) SELECT sku, 1000000 FROM made RETURNING sku, on_hand
    )
    INSERT INTO stock_movements (sku, kind, delta, balance, reason, actor)
    SELECT sku, 'seed', on_hand, on_hand, 'opening stock', 'system' FROM stocked`;
}
