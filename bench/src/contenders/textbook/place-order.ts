import type { PrismaClient } from '@orders/database/generated/client';
import { v7 as uuidv7 } from 'uuid';
import { type OrderBody, priceItems } from '../order-body.ts';

const SWEEP_AFTER_MS = 60_000;

/** Prices the basket and writes the order with its items and its log by one nested create. */
export async function placeOrder(prisma: PrismaClient, body: OrderBody, key: string) {
  const products = await prisma.product.findMany({
    where: { sku: { in: body.items.map(({ sku }) => sku) }, active: true },
    select: { sku: true, priceMinor: true },
  });
  const prices = new Map(products.map(({ sku, priceMinor }) => [sku, Number(priceMinor)]));
  const priced = priceItems(body.items, prices);
  if (priced === null) return null;

  const order = await prisma.order.create({
    data: {
      id: uuidv7(),
      customerId: body.customerId,
      status: 'pending',
      currency: 'USD',
      totalMinor: priced.totalMinor,
      metadata: {},
      idempotencyKey: key,
      requestHash: key,
      fingerprint: key,
      nextCheckAt: new Date(Date.now() + SWEEP_AFTER_MS),
      items: { create: priced.items.map((item, position) => ({ ...item, position })) },
      events: {
        create: { seq: 1, type: 'placed', toStatus: 'pending', actor: body.customerId, data: {} },
      },
    },
  });
  return {
    id: order.id,
    customerId: order.customerId,
    status: order.status,
    items: priced.items,
    total: { amount: priced.totalMinor, currency: order.currency },
    createdAt: order.createdAt,
  };
}
