import type { Stack } from '@orders/local-services/stack-file';
import type { LocalIdentity } from './local-identity.ts';
import type { RunningService } from './start-service.ts';
import type { Services } from './start-services.ts';
import type { Store } from './start-stores.ts';

export interface RunningParts {
  readonly stores: { readonly postgres: Store; readonly redis: Store };
  readonly services: Services;
  readonly identity: LocalIdentity;
}

/** Remembers the last pid of a process: between its death and its next life it keeps the old one. */
const lastPids = new WeakMap<object, number>();

/** What runs now, as `stack.json` says it. */
export function describeRunning({ stores, services, identity }: RunningParts): Stack {
  const { postgres, redis } = stores;
  return {
    apiUrl: services.apiUrl,
    simulatorUrl: services.simulatorUrl,
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    redisCli: redis.cli,
    processes: [
      ...[postgres, redis].flatMap(describeStore),
      ...[services.simulator, services.api, ...services.workers.ready()].flatMap(describeService),
    ],
    jwt: identity.jwt,
    tokens: identity.tokens,
  };
}

type ProcessEntry = Stack['processes'][number];

function describeStore({ process }: Store): ProcessEntry[] {
  if (process === null) return [];
  const pid = recall(process, process.pid());
  return pid === null ? [] : [{ name: process.name, pid, internalUrl: null, log: process.log }];
}

function describeService({ name, process, internalUrl, log }: RunningService): ProcessEntry[] {
  const pid = recall(process, process.pid);
  return pid === null ? [] : [{ name, pid, internalUrl, log }];
}

function recall(process: object, pid: number | null): number | null {
  if (pid !== null) lastPids.set(process, pid);
  return pid ?? lastPids.get(process) ?? null;
}
