import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createDatabase } from '@orders/database/client';
import { seedCatalogue } from '@orders/database/seed-catalogue';
import { findFreePort } from '@orders/local-services/free-port';
import {
  type ProcessOptions,
  startProcess,
  type SupervisedProcess,
} from '@orders/local-services/start-process';
import { startTestPostgres } from '@orders/local-services/start-test-postgres';
import { startTestRedis } from '@orders/local-services/start-test-redis';
import { type App, type DeployedApps, readCommand, repository } from './deploy-apps.ts';

export interface DeployedStack {
  readonly url: string;
  readonly processes: ReadonlyMap<App, SupervisedProcess>;
  /** Exit codes of those that have ended; null for one that was killed. */
  readonly exits: ReadonlyMap<App, number | null>;
  /** The environment that the image's process has. */
  environmentOf(app: App): NodeJS.ProcessEnv;
  close(): Promise<void>;
}

/** Starts the deployed apps as compose does: migrate, then simulator, api and worker in production. */
export async function startDeployed(apps: DeployedApps): Promise<DeployedStack> {
  const [postgres, redis] = await Promise.all([startTestPostgres(), startTestRedis()]);
  const databaseUrl = await postgres.createDatabase('deployed');
  const environments = await describeEnvironments(databaseUrl, redis.url);
  const processes = new Map<App, SupervisedProcess>();
  const exits = new Map<App, number | null>();
  const stack: DeployedStack = {
    url: `http://127.0.0.1:${environments.api['PORT']}`,
    processes,
    exits,
    environmentOf: (app) => environments[app],
    close: async () => {
      await Promise.all(Array.from(processes.values(), (one) => one.close({ graceMs: 30_000 })));
      await Promise.all([postgres.close(), redis.close()]);
    },
  };
  try {
    await migrateAndSeed(apps, databaseUrl, environments.ops);
    for (const app of ['simulator', 'api', 'worker'] as const) {
      const onExit = ({ code }: { code: number | null }) => exits.set(app, code);
      processes.set(app, await start(apps, app, { env: environments[app], onExit }));
    }
    return stack;
  } catch (error) {
    await stack.close();
    throw error;
  }
}

async function describeEnvironments(databaseUrl: string, redisUrl: string) {
  const [port, apiInternal, workerInternal, simulator] = await Promise.all([
    findFreePort(),
    findFreePort(),
    findFreePort(),
    findFreePort(),
  ]);
  const jwt = {
    JWT_SECRET: randomBytes(32).toString('hex'),
    JWT_ISSUER: 'deployed',
    JWT_AUDIENCE: 'orders',
  };
  const stores = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl };
  const production = { NODE_ENV: 'production', HOST: '127.0.0.1' };
  return {
    api: {
      ...production,
      ...stores,
      ...jwt,
      PORT: String(port),
      INTERNAL_PORT: String(apiInternal),
    },
    worker: {
      ...production,
      ...stores,
      INTERNAL_PORT: String(workerInternal),
      PAYMENT_PROVIDER_URL: `http://127.0.0.1:${simulator}`,
    },
    simulator: { NODE_ENV: 'development', PORT: String(simulator), LEDGER_FILE: 'ledger.ndjson' },
    ops: { ...stores, ...jwt, MIGRATIONS_FOLDER: join(repository, 'prisma/migrations') },
  } satisfies Record<App, NodeJS.ProcessEnv>;
}

async function migrateAndSeed(
  apps: DeployedApps,
  databaseUrl: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { code, stderr } = await apps.run('ops', ['migrate'], env);
  if (code !== 0) throw new Error(`the deployed migrate failed: ${stderr}`);
  const database = createDatabase({
    url: databaseUrl,
    poolSize: 1,
    applicationName: 'deploy-test',
    statementTimeoutMs: 30_000,
  });
  try {
    await seedCatalogue(database, { count: 1_000 });
  } finally {
    await database.close();
  }
}

async function start(
  apps: DeployedApps,
  app: 'simulator' | 'api' | 'worker',
  { env, onExit }: Required<Pick<ProcessOptions, 'env' | 'onExit'>>,
): Promise<SupervisedProcess> {
  const folder = apps.folderOf(app);
  const running = startProcess({
    name: app,
    command: process.execPath,
    args: await readCommand(),
    cwd: folder,
    env,
    onExit,
    logFile: join(folder, `${app}.ndjson`),
    readyUrl:
      app === 'simulator'
        ? `http://127.0.0.1:${env['PORT']}/health`
        : `http://127.0.0.1:${env['INTERNAL_PORT']}/health/ready`,
  });
  await running.ready;
  return running;
}
