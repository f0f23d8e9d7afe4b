import { draw } from './draw.ts';
import { type Mishap, NO_MISHAP, type Scope } from './fault.ts';
import type { FaultPlan } from './parse-fault-plan.ts';

export const OUTAGES = ['off', '503', 'hang', 'drop'] as const;

/** How every call of a partner fails while it is away. `off`: it is not away. */
export type Outage = (typeof OUTAGES)[number];

/** What goes wrong by chance, whichever order is meant. Changed as a whole by `PUT /faults`. */
export interface Weather {
  readonly faults: string;
  readonly plan: FaultPlan;
  readonly seed: number;
  readonly outage: Outage;
  /** How often each key was called, by kind of call; counted only where the plan has something. */
  readonly calls: Map<string, number>;
}

export function createWeather(
  faults: string,
  plan: FaultPlan,
  seed: number,
  outage: Outage = 'off',
): Weather {
  return { faults, plan, seed, outage, calls: new Map() };
}

/** Counts one call and draws what happens to it: the same for the same seed, key and count. */
export function drawMishap(weather: Weather, scope: Scope, key: string): Mishap {
  const plan = weather.plan.get(scope);
  if (!plan || (plan.rates.size === 0 && plan.delayMs.max === 0)) return NO_MISHAP;
  const name = `${scope}/${key}`;
  const call = (weather.calls.get(name) ?? 0) + 1;
  weather.calls.set(name, call);

  const { min, max } = plan.delayMs;
  const delayMs = Math.round(min + (max - min) * draw(weather.seed, 'delay', name, call));
  const drawn = draw(weather.seed, 'fault', name, call);
  let upTo = 0;
  for (const [fault, rate] of plan.rates) {
    upTo += rate;
    if (drawn < upTo) return { fault, delayMs };
  }
  return { fault: undefined, delayMs };
}

/** Draws the outcome of a new charge: by its key alone, so that calls struck by a fault keep it. */
export function drawDecline(weather: Weather, key: string): 'none' | 'soft' | 'hard' {
  const plan = weather.plan.get('charge');
  if (!plan || plan.decline + plan.softDecline === 0) return 'none';
  const drawn = draw(weather.seed, 'decline', key);
  if (drawn < plan.decline) return 'hard';
  return drawn < plan.decline + plan.softDecline ? 'soft' : 'none';
}
