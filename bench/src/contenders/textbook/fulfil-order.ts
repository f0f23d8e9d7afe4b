import type { Prisma, PrismaClient } from '@orders/database/generated/client';
import type { createCharge } from '../charge.ts';

/** Reserve, charge, settle: one interactive transaction for each step that writes. */
export async function fulfilOrder(
  prisma: PrismaClient,
  charge: ReturnType<typeof createCharge>,
  orderId: string,
): Promise<void> {
  const totalMinor = await prisma.$transaction((tx) => reserve(tx, orderId));
  if (totalMinor === null) return;
  const { status, chargeId } = await charge(orderId, `charge-${orderId}-1`, totalMinor);
  if (status !== 'captured') throw new Error(`the charge of ${orderId} was ${status}`);
  await prisma.$transaction((tx) => settle(tx, orderId, chargeId));
}

/** Null when the order needs no charge any more. */
async function reserve(tx: Prisma.TransactionClient, orderId: string): Promise<number | null> {
  const order = await tx.order.findUniqueOrThrow({
    where: { id: orderId },
    include: { items: { orderBy: { sku: 'asc' } } },
  });
  if (order.status === 'reserved') return Number(order.totalMinor);
  if (order.status !== 'pending') return null;

  for (const { sku, quantity } of order.items) {
    // Conditional, so that two workers cannot take the last unit; sorted, so that they cannot deadlock.
    const reserved = await tx.$executeRaw`
      UPDATE inventory SET reserved = reserved + ${quantity}
       WHERE sku = ${sku} AND on_hand - reserved >= ${quantity}`;
    if (reserved === 0) throw new Error(`${sku} is out of stock`);
  }
  const now = new Date();
  await tx.order.update({
    where: { id: orderId },
    data: {
      status: 'reserved',
      holdsStock: true,
      attempt: 1,
      version: { increment: 1 },
      updatedAt: now,
      processingStartedAt: now,
    },
  });
  await tx.paymentAttempt.create({
    data: {
      orderId,
      attempt: 1,
      key: `charge-${orderId}-1`,
      amountMinor: order.totalMinor,
      currency: order.currency,
    },
  });
  await logStep(tx, orderId, order.version + 1, 'pending', 'reserved');
  return Number(order.totalMinor);
}

async function settle(
  tx: Prisma.TransactionClient,
  orderId: string,
  chargeId: string,
): Promise<void> {
  const order = await tx.order.findUniqueOrThrow({
    where: { id: orderId },
    include: { items: { orderBy: { sku: 'asc' } } },
  });
  if (order.status !== 'reserved') return;

  for (const { sku, quantity } of order.items) {
    await tx.inventory.update({
      where: { sku },
      data: {
        onHand: { decrement: quantity },
        reserved: { decrement: quantity },
        sold: { increment: quantity },
      },
    });
  }
  const now = new Date();
  await tx.paymentAttempt.update({
    where: { orderId_attempt: { orderId, attempt: 1 } },
    data: { outcome: 'captured', chargeId, settledAt: now },
  });
  await tx.order.update({
    where: { id: orderId },
    data: {
      status: 'completed',
      holdsStock: false,
      version: { increment: 1 },
      nextCheckAt: null,
      updatedAt: now,
      processingFinishedAt: now,
      completedAt: now,
    },
  });
  await logStep(tx, orderId, order.version + 1, 'reserved', 'completed');
}

async function logStep(
  tx: Prisma.TransactionClient,
  orderId: string,
  seq: number,
  fromStatus: string,
  toStatus: string,
): Promise<void> {
  await tx.orderEvent.create({
    data: { orderId, seq, type: toStatus, fromStatus, toStatus, actor: 'system', data: {} },
  });
}
