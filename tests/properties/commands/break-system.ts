import { askRedis } from '../../harness/ask-redis.ts';
import { untilRest } from '../../harness/until-rest.ts';
import { anyTime, type Command } from './command.ts';

const SETTLE_MS = 3_000;

/** SIGKILL; the harness starts it again as a platform would. */
export function killWorker(nth: number): Command {
  return anyTime(`kill worker ${nth}`, async (_model, { system }) => {
    const worker = system.workers[nth % system.workers.length];
    if (worker !== undefined && worker.pid !== null) await worker.kill();
  });
}

/** Redis forgets everything that it knew. */
export function flushRedis(): Command {
  return anyTime('flush Redis', async (_model, { system }) => {
    await askRedis(system.stores.redis.port, 'FLUSHALL');
  });
}

/** The provider does not answer, answers 503, or resets every connection; or it is back. */
export function setProvider(outage: 'hang' | '503' | 'drop' | 'off'): Command {
  return anyTime(`provider: ${outage}`, (_model, { system }) => system.provider.change({ outage }));
}

/** Gives the orders time to get somewhere; that they all come to rest is not asked for here. */
export function settle(): Command {
  return anyTime('settle', async (_model, { system }) => {
    await untilRest(system, { timeoutMs: SETTLE_MS, butBackordered: true }).catch(() => undefined);
  });
}
