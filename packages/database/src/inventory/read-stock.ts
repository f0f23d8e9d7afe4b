import { type StockDetails, stockMovementSchema } from '@orders/domain/contracts/inventory';
import type { Database } from '../client.ts';
import { STOCK_COLUMNS, STOCK_TABLES, type StockRow, toStock } from './stock-row.ts';

const SHOWN_MOVEMENTS = 50;
const SHOWN_WAITING = 20;

/**
 * The stock of one SKU with its last movements and the orders that wait for it, in the order in
 * which they will be served; null for an unknown SKU. Without a lock: parts may be moments apart.
 */
export async function readStock(database: Database, sku: string): Promise<StockDetails | null> {
  const [[row], waiting, movements] = await Promise.all([
    database.prisma.$queryRaw<StockRow[]>`
      SELECT ${STOCK_COLUMNS} FROM ${STOCK_TABLES} WHERE i.sku = ${sku}`,
    readLine(database, sku),
    readMovements(database, sku),
  ]);
  return row === undefined ? null : { ...toStock(row), waiting, movements };
}

async function readLine(database: Database, sku: string): Promise<StockDetails['waiting']> {
  const { prisma } = database;
  const [sums, first] = await Promise.all([
    prisma.backorder.aggregate({ where: { sku }, _count: true, _sum: { quantity: true } }),
    prisma.backorder.findMany({
      where: { sku },
      orderBy: [{ createdAt: 'asc' }, { orderId: 'asc' }],
      take: SHOWN_WAITING,
    }),
  ]);
  return {
    orders: sums._count,
    units: sums._sum.quantity ?? 0,
    first: first.map(({ orderId, quantity, createdAt }) => ({
      orderId,
      quantity,
      since: createdAt.toISOString(),
    })),
  };
}

async function readMovements(
  { prisma }: Database,
  sku: string,
): Promise<StockDetails['movements']> {
  const rows = await prisma.stockMovement.findMany({
    where: { sku },
    orderBy: { id: 'desc' },
    take: SHOWN_MOVEMENTS,
  });
  return rows.map((row) =>
    stockMovementSchema.parse({
      ...row,
      delta: Number(row.delta),
      balance: Number(row.balance),
      recordedAt: row.recordedAt.toISOString(),
    }),
  );
}
