import { PRODUCT_KINDS } from './product-kinds.ts';

/** A product of the seeded catalogue. */
export interface SeedProduct {
  readonly sku: string;
  readonly name: string;
  readonly description: string;
  readonly priceMinor: number;
  /** Units on hand at the beginning. */
  readonly stock: number;
}

const BRANDS = [
  'Halden',
  'Brightwell',
  'Orsa',
  'Kestrel',
  'Fjord & Pine',
  'Umbra Works',
  'Talvio',
  'Corvane',
  'Mossgate',
  'Linden',
];
const FINISHES = ['Graphite', 'Sand', 'Forest', 'Midnight', 'Snow', 'Copper', 'Sky', 'Terracotta'];

/** Enough for a load run of tens of thousands of orders to never meet the end of a product. */
const STOCK_FROM = 50_000;
const STOCK_TO = 250_000;
/** The product of the README's first order, which everybody tries. */
const SHOWCASE_STOCK = 1_000_000;

/**
 * The first `count` products of the catalogue: always the same, and a longer catalogue begins with
 * a shorter one. The first is `KEYBOARD-0001`.
 */
export function makeProducts(count: number): SeedProduct[] {
  return Array.from({ length: count }, (_, index) => makeProduct(index));
}

function makeProduct(index: number): SeedProduct {
  const kind = pick(PRODUCT_KINDS, index);
  const n = Math.floor(index / PRODUCT_KINDS.length);
  const style = pick(kind.styles, n);
  // Each wheel turns once the one before it has gone round: 400 names per kind before one repeats.
  const brand = pick(BRANDS, Math.floor(n / kind.styles.length) + index);
  const finish = pick(FINISHES, Math.floor(n / (kind.styles.length * BRANDS.length)) + n);
  const edition = Math.floor(n / (kind.styles.length * BRANDS.length * FINISHES.length));
  const series = edition === 0 ? '' : ` Series ${edition + 1}`;
  return {
    sku: `${kind.prefix}-${String(n + 1).padStart(4, '0')}`,
    name: `${brand} ${style} ${kind.noun}${series}, ${finish}`,
    description: `${kind.description} By ${brand}, in ${finish.toLowerCase()}.`,
    priceMinor: toPrice(within(kind.priceMinor, scatter(index, 1))),
    stock: index === 0 ? SHOWCASE_STOCK : within([STOCK_FROM, STOCK_TO], scatter(index, 2)),
  };
}

function pick<T>(values: readonly T[], index: number): T {
  const value = values[index % values.length];
  if (value === undefined) throw new RangeError('nothing to pick from');
  return value;
}

function within([from, to]: readonly [number, number], share: number): number {
  return from + Math.floor((to - from + 1) * share);
}

/** The next lower price that ends in 99. */
function toPrice(minor: number): number {
  return Math.max(99, Math.floor((minor + 1) / 100) * 100 - 1);
}

/** A fixed number in [0, 1) per index and salt, without a pattern (Fibonacci hashing, 32 bits). */
function scatter(index: number, salt: number): number {
  const mixed = Math.imul(index + 1, 0x9e37_79b1) ^ Math.imul(salt, 0x85eb_ca6b);
  return (Math.imul(mixed ^ (mixed >>> 15), 0x2c1b_3c6d) >>> 0) / 2 ** 32;
}
