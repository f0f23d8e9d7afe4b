import { createHash } from 'node:crypto';
import type { CountToShare, SharedCounts } from '@orders/queue/shared-counts';
import { startTicker } from '@orders/service/ticker';
import { createWindowCounts, type Usage, type WindowCounts } from './window-counts.ts';

export interface RateLimits {
  /** Requests of one customer or operator per minute. */
  readonly perCustomer: number;
  /** Requests from one address per minute. */
  readonly perAddress: number;
}

/** Which limit a request is nearest to, and how it stands there. */
export interface Admission {
  readonly by: LimitName;
  readonly usage: Usage;
}

export type LimitName = 'customer' | 'address';

export interface RateLimiter {
  /** Counts a request of a known principal, unless it goes beyond a limit. */
  admit(address: string, subject: string, nowMs: number): Admission;
  /** Counts a request by its address alone, unless it goes beyond the limit. */
  admitAddress(address: string, nowMs: number): Admission;
  /**
   * Counts a request that authentication refuses: with the address, and once more with what was
   * refused of it. Not allowed once refusals alone have used the limit up.
   */
  admitRefused(address: string, nowMs: number): Admission;
  close(): Promise<void>;
}

export interface RateLimiterOptions {
  readonly limits: RateLimits;
  /** Redis, or whatever lets replicas know of each other. */
  readonly shared: SharedCounts;
  /** How often busy keys are shared. */
  readonly shareEveryMs?: number;
}

export const WINDOW_SECONDS = 60;
const WINDOW_MS = WINDOW_SECONDS * 1_000;
const MAX_KEYS = 50_000;
const MAX_SHARED_AT_ONCE = 1_000;

/**
 * Counts in this process, and shares the keys that come near their limit with the other replicas
 * once a second. So no request waits for Redis, and without Redis each replica limits by itself;
 * a limit may be exceeded by what comes to other replicas within that second.
 */
export function startRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { limits, shared, shareEveryMs = 1_000 } = options;
  const make = (max: number): WindowCounts =>
    createWindowCounts({ max, windowMs: WINDOW_MS, maxKeys: MAX_KEYS });
  const customers = make(limits.perCustomer);
  const addresses = make(limits.perAddress);
  const refused = make(limits.perAddress);

  async function share(name: string, counts: WindowCounts): Promise<void> {
    const open = counts.openCounts(Date.now()).slice(0, MAX_SHARED_AT_ONCE);
    if (open.length === 0) return;
    const sums = await shared.share(
      open.map(({ key, window, add }): CountToShare => ({
        key: `${name}:${digest(key)}:${window}`,
        add,
      })),
      2 * WINDOW_MS,
    );
    for (const [place, count] of open.entries()) count.settle(sums[place] ?? 0);
  }

  const ticker = startTicker({
    intervalMs: shareEveryMs,
    run: async () => {
      await share('customer', customers);
      await share('address', addresses);
      await share('refused', refused);
    },
    // Each replica then limits by itself; the connection reports its own state.
    onError: () => {},
  });

  return {
    admit: (address, subject, nowMs) => {
      const byAddress = addresses.look(address, nowMs);
      if (!byAddress.allowed) return { by: 'address', usage: byAddress };
      const byCustomer = customers.look(subject, nowMs);
      if (!byCustomer.allowed) return { by: 'customer', usage: byCustomer };
      addresses.count(address, nowMs);
      customers.count(subject, nowMs);
      return byAddress.remaining < byCustomer.remaining
        ? { by: 'address', usage: afterOne(byAddress) }
        : { by: 'customer', usage: afterOne(byCustomer) };
    },
    admitAddress: (address, nowMs) => {
      const usage = addresses.look(address, nowMs);
      if (!usage.allowed) return { by: 'address', usage };
      addresses.count(address, nowMs);
      return { by: 'address', usage: afterOne(usage) };
    },
    admitRefused: (address, nowMs) => {
      const usage = refused.look(address, nowMs);
      if (!usage.allowed) return { by: 'address', usage };
      addresses.count(address, nowMs);
      refused.count(address, nowMs);
      return { by: 'address', usage: afterOne(usage) };
    },
    close: async () => {
      shared.close();
      await ticker.close();
    },
  };
}

function afterOne(usage: Usage): Usage {
  return { ...usage, remaining: usage.remaining - 1 };
}

/** Who asks is nobody's business in Redis, and names have any length and any characters. */
function digest(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 22);
}
