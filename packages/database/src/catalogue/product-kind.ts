/** A kind of product of the seeded catalogue; its styles vary the name, the text and the price. */
export interface ProductKind {
  /** First part of the SKU. */
  readonly prefix: string;
  readonly noun: string;
  readonly styles: readonly string[];
  /** From … to, in minor units. */
  readonly priceMinor: readonly [number, number];
  readonly description: string;
}

/** Its SKU's prefix, noun, prices from … to, styles and what is said of all of them. */
export function kind(
  prefix: string,
  noun: string,
  priceMinor: readonly [number, number],
  styles: readonly string[],
  description: string,
): ProductKind {
  return { prefix, noun, priceMinor, styles, description };
}
