/** A place where the database contradicts a promise. */
export interface Finding {
  /** What is wrong: an order's id, a SKU, a customer, a counter. */
  readonly subject: string;
  /** What is wrong with it, with both sides of the contradiction. */
  readonly detail: string;
}

/** The invariants that a system at work keeps at every moment (I1–I8). */
export const INVARIANTS = {
  I1: 'every acknowledged order exists, and a key made one order',
  I2: 'stock adds up per SKU',
  I3: 'charged once, and only for completed orders',
  I4: 'each log is a legal path that ends in the status',
  I5: 'nothing is silently stuck',
  I6: 'one open dead letter per failed order',
  I7: 'counters equal the counts',
  I8: 'clean logs',
} as const;

export type Invariant = keyof typeof INVARIANTS;

/** A finding, and the promise it breaks. */
export interface Violation extends Finding {
  readonly invariant: Invariant;
}

/** The most findings of one check: a broken system need not be listed to its last row. */
export const MAX_FINDINGS = 1_000;
