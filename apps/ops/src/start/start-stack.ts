import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { claimFolder } from '@orders/local-services/claim-folder';
import type { Stack } from '@orders/local-services/stack-file';
import { refusal } from '../cli/command-error.ts';
import type { OpsConfig } from '../config.ts';
import { hostOf } from '../open-database.ts';
import { stackFileOf } from '../target.ts';
import { checkPort, checkStart } from './check-start.ts';
import { type Closers, createClosers, type Part } from './create-closers.ts';
import { describeRunning } from './describe-running.ts';
import { followScale } from './follow-scale.ts';
import { keepLocalIdentity } from './local-identity.ts';
import { type FirstOrder, placeFirstOrder } from './place-first-order.ts';
import { prepareDatabase, withDatabaseAt } from './prepare-database.ts';
import { createStackPublisher } from './publish-stack.ts';
import { startServices } from './start-services.ts';
import { openPostgres, openRedis, type Store } from './start-stores.ts';
import { stockSimulatedWarehouse } from './stock-warehouse.ts';

export interface RunningStack {
  readonly stack: Stack;
  readonly firstOrder: FirstOrder;
  /** Stops everything in order: no request meets a half system. Within 15 s. */
  close(): Promise<void>;
}

export interface StartHooks {
  /** A line of progress. */
  readonly note: (line: string) => void;
  /** Gives up starting; what was started already is stopped again. */
  readonly stop: AbortSignal;
}

/**
 * Starts the whole system on this machine and proves it by a first order. What was started before
 * something went wrong is stopped again.
 *
 * @throws CommandError with one line when something is in the way
 */
export async function startStack(config: OpsConfig, hooks: StartHooks): Promise<RunningStack> {
  const closers = createClosers((part, error) =>
    hooks.note(
      `${part} did not stop cleanly: ${error instanceof Error ? error.message : String(error)}`,
    ),
  );
  try {
    return await Promise.race([start(config, hooks, closers), rejectOnAbort(hooks.stop)]);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function start(
  config: OpsConfig,
  { note, stop }: StartHooks,
  closers: Closers,
): Promise<RunningStack> {
  await checkStart(config);
  await claim(config, closers);
  await checkPort(config.PORT);
  const changes = { publish: (): void => undefined };
  const onChange = (): void => changes.publish();

  note(describeStores(config));
  const stores = await openStores(config, closers, { note, onRestart: onChange });
  stop.throwIfAborted();
  const sku = await prepareDatabase(config, stores.postgres.url, note);
  stop.throwIfAborted();

  note(`starting simulator, api and ${config.WORKERS} worker(s) …`);
  const identity = await keepLocalIdentity(config.LOCAL_FOLDER);
  const urls = { databaseUrl: stores.postgres.url, redisUrl: stores.redis.url };
  const { jwt, tokens } = identity;
  const services = await startServices(config, {
    ...urls,
    jwt,
    closers,
    note,
    onChange,
    stockWarehouse: (simulatorUrl) =>
      withDatabaseAt(stores.postgres.url, (database) =>
        stockSimulatedWarehouse(database, simulatorUrl, stop),
      ),
  });
  stop.throwIfAborted();

  note('placing a first order …');
  const { apiUrl } = services;
  const firstOrder = await placeFirstOrder({ apiUrl, token: tokens.customer, sku }, stop);
  const describe = (): Stack => describeRunning({ stores, services, identity });
  const publisher = createStackPublisher(stackFileOf(config), describe);
  const follower = await followScale(config, services.workers, note);
  closers.add('stack-file', async () => {
    await publisher.close();
    await follower.close();
  });
  await publisher.open();
  changes.publish = () => void publisher.publish();
  return { stack: describe(), firstOrder, close: () => closers.closeAll() };
}

/** One stack per folder: two would share data and secrets. */
async function claim(config: OpsConfig, closers: Closers): Promise<void> {
  await mkdir(join(config.LOCAL_FOLDER, 'logs'), { recursive: true });
  const folder = await claimFolder(config.LOCAL_FOLDER);
  if (folder.kind === 'taken') {
    throw refusal(
      `a stack runs in this folder already (process ${folder.pid}): use that one, or stop it by Ctrl-C or \`kill ${folder.pid}\``,
    );
  }
  closers.add('folder', folder.release);
}

function describeStores({ DATABASE_URL, REDIS_URL }: OpsConfig): string {
  const say = (name: string, url: string | undefined): string =>
    url === undefined ? `starting ${name}` : `using ${name} at ${hostOf(url)}`;
  return `${say('PostgreSQL', DATABASE_URL)}, ${say('Redis', REDIS_URL)} …`;
}

/** Starts both at once. When one fails, the other is waited for: it has to be stopped as well. */
async function openStores(
  config: OpsConfig,
  closers: Closers,
  hooks: Parameters<typeof openPostgres>[1],
): Promise<{ postgres: Store; redis: Store }> {
  const [postgres, redis] = await Promise.allSettled([
    openPostgres(config, hooks).then(noteCloser('postgres', closers)),
    openRedis(config, hooks).then(noteCloser('redis', closers)),
  ]);
  if (postgres.status === 'rejected') throw refusal(messageOf(postgres.reason));
  if (redis.status === 'rejected') throw refusal(messageOf(redis.reason));
  return { postgres: postgres.value, redis: redis.value };
}

function noteCloser(part: Part, closers: Closers): (store: Store) => Store {
  return (store) => {
    closers.add(part, store.close);
    return store;
  };
}

function rejectOnAbort(stop: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const give = (): void => reject(refusal('stopped before it was ready'));
    if (stop.aborted) give();
    else stop.addEventListener('abort', give, { once: true });
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
