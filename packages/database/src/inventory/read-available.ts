import type { Connection } from '../client.ts';

/** A product that is for sale, with its stock now. */
export interface AvailableRow {
  readonly sku: string;
  readonly name: string;
  readonly priceMinor: bigint;
  /** Units that can be reserved; may change at any moment. */
  readonly available: bigint;
  /** Somebody waits for it: what arrives goes to him first. */
  readonly awaited: boolean;
}

/** The first `limit` active products in order of SKU, as of one moment and without a lock. */
export function readAvailable(connection: Connection, limit: number): Promise<AvailableRow[]> {
  return connection.$queryRaw<AvailableRow[]>`
    SELECT p.sku, p.name, p.price_minor AS "priceMinor", s.on_hand - s.reserved AS available,
           EXISTS (SELECT 1 FROM backorders b WHERE b.sku = p.sku) AS awaited
      FROM products p
      JOIN inventory s ON s.sku = p.sku
     WHERE p.active
     ORDER BY p.sku
     LIMIT ${limit}`;
}
