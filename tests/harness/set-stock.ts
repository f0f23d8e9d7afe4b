import { randomUUID } from 'node:crypto';
import { adjustStock } from '@orders/database/inventory/adjust-stock';
import type { System } from './start-system.ts';

/** Sees to it that so many units of a SKU are available, by an operator's adjustment. */
export async function setStock({ database }: System, sku: string, units: number): Promise<void> {
  const stock = await database.prisma.inventory.findUniqueOrThrow({ where: { sku } });
  const delta = units - Number(stock.onHand - stock.reserved);
  if (delta === 0) return;
  const result = await adjustStock(database, {
    sku,
    delta,
    reason: 'scenario',
    actor: 'olga',
    idempotencyKey: randomUUID(),
  });
  if (result.kind !== 'adjusted') throw new Error(`${sku} cannot be set: ${result.kind}`);
}
