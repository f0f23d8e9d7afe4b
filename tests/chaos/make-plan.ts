import { FAILPOINT_NAMES } from '@orders/service/failpoint-names';
import type { Fault, FaultKind, Target } from './fault.ts';
import { createRandom, type Random } from './random.ts';

interface Source {
  readonly target: Target;
  /** How likely it is beside the others. */
  readonly weight: number;
  readonly forMs: readonly [from: number, to: number];
  readonly make: (random: Random) => FaultKind;
}

const WORKER_FAILPOINTS = FAILPOINT_NAMES.filter(
  (name) => !/^(place|enqueue|act|cancel|update|adjust|shutdown)\b/.test(name),
);
const API_FAILPOINTS = FAILPOINT_NAMES.filter((name) =>
  /^(place|enqueue|act|cancel|update|adjust)\b/.test(name),
);

const WEATHER = [
  '500=0.2,503=0.1,429=0.1',
  'drop=0.2,hang-after=0.1',
  'drop-before=0.2,hang-before=0.1',
  'garbage=0.2,partial=0.1,500-after=0.2',
  'delay=100..1200',
  'decline=0.2,decline-soft=0.3',
  'already-captured=0.3,lookup.503=0.3',
  'refund.503=0.7,void.drop=0.4',
] as const;

const SERVICES = ['api', 'worker-1', 'worker-2'] as const;
const LINKS = [
  'client>api',
  'api>postgres',
  'api>redis',
  'worker>postgres',
  'worker>redis',
  'worker>provider',
] as const;

const SOURCES: readonly Source[] = [
  ...SERVICES.flatMap((target): Source[] => [
    { target, weight: 3, forMs: [0, 0], make: () => ({ kind: 'kill' }) },
    { target, weight: 2, forMs: [1_000, 8_000], make: () => ({ kind: 'freeze' }) },
    { target, weight: 1, forMs: [0, 0], make: () => ({ kind: 'restart' }) },
    { target, weight: 4, forMs: [2_000, 6_000], make: (random) => failpoint(target, random) },
  ]),
  { target: 'simulator', weight: 1, forMs: [0, 0], make: () => ({ kind: 'kill' }) },
  { target: 'redis', weight: 2, forMs: [500, 5_000], make: () => ({ kind: 'kill' }) },
  { target: 'redis', weight: 2, forMs: [500, 6_000], make: () => ({ kind: 'freeze' }) },
  { target: 'redis', weight: 2, forMs: [0, 0], make: () => ({ kind: 'flush' }) },
  { target: 'redis', weight: 1, forMs: [1_000, 4_000], make: () => ({ kind: 'out-of-memory' }) },
  { target: 'postgres', weight: 2, forMs: [200, 3_000], make: () => ({ kind: 'kill' }) },
  { target: 'postgres', weight: 2, forMs: [500, 5_000], make: () => ({ kind: 'freeze' }) },
  { target: 'postgres', weight: 3, forMs: [0, 0], make: () => ({ kind: 'terminate' }) },
  { target: 'postgres', weight: 1, forMs: [500, 4_000], make: () => ({ kind: 'lock' }) },
  {
    target: 'provider',
    weight: 6,
    forMs: [2_000, 8_000],
    make: (random) => ({ kind: 'weather', faults: random.pick(WEATHER) }),
  },
  {
    target: 'provider',
    weight: 2,
    forMs: [1_000, 6_000],
    make: (random) => ({ kind: 'outage', outage: random.pick(['503', 'hang', 'drop']) }),
  },
  ...LINKS.map((target): Source => ({
    target,
    weight: 2,
    forMs: [500, 5_000],
    make: networkTrouble,
  })),
  ...(['api>postgres', 'worker>postgres'] as const).map((target): Source => ({
    target,
    weight: 2,
    forMs: [3_000, 3_000],
    make: (random) => ({ kind: 'cut-commit', deliver: random.next() < 0.5 }),
  })),
];

function failpoint(target: (typeof SERVICES)[number], random: Random): FaultKind {
  const [first = 'place.before-commit', ...names] =
    target === 'api' ? API_FAILPOINTS : WORKER_FAILPOINTS;
  const action = random.pick(['kill', 'kill', 'throw', 'block']);
  return { kind: 'failpoint', spec: `${random.pick([first, ...names])}=${action}` };
}

function networkTrouble(random: Random): FaultKind {
  return random.pick<() => FaultKind>([
    () => ({ kind: 'delay', ms: random.between(10, 300) }),
    () => ({ kind: 'slow', bytesPerSecond: random.between(2_000, 50_000) }),
    () => ({ kind: 'blackhole' }),
    () => ({ kind: 'down' }),
    () => ({ kind: 'reset' }),
  ])();
}

/** Of faults that begin within this, two at a time are the rule. */
const PAUSE_MS = [300, 3_500] as const;
const SETTLE_MS = 2_000;

/**
 * The plan of a run: what goes wrong, when, and for how long. It depends on the seed and the length
 * alone. Faults overlap, but never on the same target.
 */
export function makePlan(seed: number, seconds: number): Fault[] {
  const random = createRandom(seed);
  const freeAt = new Map<Target, number>();
  const plan: Fault[] = [];
  const endMs = seconds * 1_000 - SETTLE_MS;
  for (let atMs = SETTLE_MS; atMs < endMs; atMs += random.between(...PAUSE_MS)) {
    const { target, forMs: range, make } = pickSource(random);
    const forMs = Math.min(random.between(...range), Math.max(0, endMs - atMs));
    const fault: Fault = { atMs, forMs, target, ...make(random) };
    if ((freeAt.get(target) ?? 0) > atMs) continue;
    freeAt.set(target, atMs + forMs + 1_000);
    plan.push(fault);
  }
  return plan;
}

function pickSource(random: Random): Source {
  const total = SOURCES.reduce((sum, { weight }) => sum + weight, 0);
  let left = random.next() * total;
  for (const source of SOURCES) {
    left -= source.weight;
    if (left < 0) return source;
  }
  throw new Error('the weights do not add up');
}
