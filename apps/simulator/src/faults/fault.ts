/** What can be called, and so what can go wrong. `sold` and `stock` are the warehouse's. */
export const SCOPES = ['charge', 'lookup', 'void', 'refund', 'sold', 'stock'] as const;

export type Scope = (typeof SCOPES)[number];

/** Names for several scopes at once. */
export const SCOPE_GROUPS = {
  payments: ['charge', 'lookup', 'void', 'refund'],
  warehouse: ['sold', 'stock'],
} as const satisfies Record<string, readonly Scope[]>;

/**
 * Every way a call can go wrong, and when: `before` anything was done, `after` it was done (and is
 * durable), or in the `feed` itself, which then is well-formed and wrong.
 */
export const FAULTS = {
  /** Answers 500, nothing done. */
  '500': 'before',
  /** Answers 503 with Retry-After, nothing done. */
  '503': 'before',
  /** Answers 429 with Retry-After, nothing done. */
  '429': 'before',
  /** Never answers, nothing done. */
  'hang-before': 'before',
  /** Resets the connection, nothing done. */
  'drop-before': 'before',
  /** Done, then answers 500. */
  '500-after': 'after',
  /** Done, then never answers. */
  'hang-after': 'after',
  /** Done, then resets the connection. */
  drop: 'after',
  /** Done, then answers bytes that are not JSON. */
  garbage: 'after',
  /** Done, then answers 64 MiB. */
  huge: 'after',
  /** Done, then sends the right answer one byte per second. */
  'slow-body': 'after',
  /** Done, then sends the first half of the right answer and closes the connection. */
  partial: 'after',
  /** Charged, then answers 409 `already-captured` in place of the charge. */
  'already-captured': 'after',
  /** A new snapshot without any row. */
  'empty-feed': 'feed',
  /** The oldest snapshot that is still kept in place of a new one. */
  'old-snapshot': 'feed',
  /** Rows that break the contract, and one of an unknown SKU, among the good ones. */
  'bad-rows': 'feed',
  /** A snapshot in which half of the reported sales have not left the shelf yet. */
  'sales-lag': 'feed',
} as const;

export type Fault = keyof typeof FAULTS;
type FaultStage = (typeof FAULTS)[Fault];
export type FaultOf<Stage extends FaultStage> = {
  [Name in Fault]: (typeof FAULTS)[Name] extends Stage ? Name : never;
}[Fault];

/** What will happen to one call: first it waits, then the fault, if any, strikes. */
export interface Mishap {
  readonly fault: Fault | undefined;
  readonly delayMs: number;
}

export const NO_MISHAP: Mishap = { fault: undefined, delayMs: 0 };

/** The longest delay that can be asked for. */
export const MAX_DELAY_MS = 3_600_000;

export function isFault(name: string): name is Fault {
  return Object.hasOwn(FAULTS, name);
}

export function isScope(name: string): name is Scope {
  return SCOPES.some((scope) => scope === name);
}

/** Whether this fault makes sense for this kind of call. */
export function canStrike(fault: Fault, scope: Scope): boolean {
  if (FAULTS[fault] === 'feed') return scope === 'stock';
  return fault !== 'already-captured' || scope === 'charge';
}
