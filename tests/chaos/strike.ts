import { setTimeout as wait } from 'node:timers/promises';
import { askRedis } from '../harness/ask-redis.ts';
import { freezePostgres } from '../harness/freeze-postgres.ts';
import type { Service } from '../harness/service.ts';
import type { Link, System } from '../harness/start-system.ts';
import type { Fault, Target } from './fault.ts';

/** Undoes what a fault did. */
export type Heal = () => Promise<void>;

const NOTHING: Heal = () => Promise.resolve();

/** Makes a fault happen. Resolves with how it is healed, which may be done at any time, and twice. */
export async function strike(system: System, fault: Fault): Promise<Heal> {
  const { target } = fault;
  switch (target) {
    case 'redis':
      return strikeRedis(system, fault);
    case 'postgres':
      return strikePostgres(system, fault);
    case 'provider':
      return strikeProvider(system, fault);
    case 'api':
    case 'simulator':
    case 'worker-1':
    case 'worker-2':
      return strikeService(serviceOf(system, target), fault);
    default:
      return strikeLink(system, target, fault);
  }
}

function serviceOf({ api, simulator, workers }: System, target: Target): Service {
  if (target === 'api') return api;
  if (target === 'simulator') return simulator;
  const worker = workers[target === 'worker-1' ? 0 : 1];
  if (worker === undefined) throw new Error(`there is no ${target}`);
  return worker;
}

async function strikeService(service: Service, fault: Fault): Promise<Heal> {
  switch (fault.kind) {
    case 'kill':
      await service.kill();
      return NOTHING;
    case 'freeze':
      service.freeze();
      return async () => service.thaw();
    case 'restart':
      await service.stop();
      await service.start().catch(() => undefined);
      return NOTHING;
    case 'failpoint':
      await service.kill();
      await service.start([fault.spec]).catch(() => undefined);
      return async () => {
        // It may never have come by.
        await service.kill();
        await service.start().catch(() => undefined);
      };
    default:
      throw new Error(`${fault.kind} is no fault of a service`);
  }
}

async function strikeRedis({ stores: { redis } }: System, fault: Fault): Promise<Heal> {
  switch (fault.kind) {
    case 'kill':
      redis.process.kill();
      return () => redis.process.restart();
    case 'freeze':
      redis.process.signal('SIGSTOP');
      return async () => void redis.process.signal('SIGCONT');
    case 'flush':
      await askRedis(redis.port, 'FLUSHALL');
      return NOTHING;
    case 'out-of-memory':
      await askRedis(redis.port, 'CONFIG', 'SET', 'maxmemory', '1');
      return async () => void (await askRedis(redis.port, 'CONFIG', 'SET', 'maxmemory', '0'));
    default:
      throw new Error(`${fault.kind} is no fault of Redis`);
  }
}

async function strikePostgres(system: System, fault: Fault): Promise<Heal> {
  const { postgres } = system.stores;
  const { prisma } = system.database;
  switch (fault.kind) {
    case 'kill':
      postgres.process.kill();
      return () => postgres.process.restart();
    case 'freeze': {
      const thaw = freezePostgres(system.stores);
      return async () => thaw();
    }
    case 'terminate':
      await prisma.$executeRaw`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name IN ('orders-api', 'orders-worker')`;
      return NOTHING;
    case 'lock':
      await prisma.$transaction(
        async (tx) => {
          await tx.$executeRaw`LOCK TABLE orders IN ACCESS EXCLUSIVE MODE`;
          await wait(fault.forMs);
        },
        { timeout: 30_000, maxWait: 10_000 },
      );
      return NOTHING;
    default:
      throw new Error(`${fault.kind} is no fault of PostgreSQL`);
  }
}

async function strikeProvider({ provider }: System, fault: Fault): Promise<Heal> {
  if (fault.kind === 'weather') await provider.change({ faults: fault.faults });
  else if (fault.kind === 'outage') await provider.change({ outage: fault.outage });
  return () => provider.change({ faults: '', outage: 'off' });
}

async function strikeLink(system: System, link: Link, fault: Fault): Promise<Heal> {
  const proxy = system.proxy(link);
  switch (fault.kind) {
    case 'delay':
      proxy.delay(fault.ms);
      break;
    case 'slow':
      proxy.slow(fault.bytesPerSecond);
      break;
    case 'blackhole':
      proxy.blackhole();
      break;
    case 'down':
      await proxy.down();
      break;
    case 'reset':
      proxy.reset();
      break;
    case 'cut-commit':
      void proxy.cutWhen({
        from: 'client',
        contains: 'UPDATE order_counters',
        deliver: fault.deliver,
      });
      break;
    default:
      throw new Error(`${fault.kind} is no fault of a network`);
  }
  return () => proxy.heal();
}
