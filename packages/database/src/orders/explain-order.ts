import type { Database } from '../client.ts';

/** How many errors an explanation shows. */
const SHOWN_FAILURES = 20;

/**
 * Everything that is stored about the life of an order, for an operator: its row, payment
 * attempts, refunds, dead letters, what it waits for and its last errors. Null when there is none.
 */
export async function explainOrder(database: Database, orderId: string) {
  return database.prisma.order.findUnique({
    where: { id: orderId },
    include: {
      items: { orderBy: { position: 'asc' } },
      payments: { orderBy: { attempt: 'asc' } },
      refunds: { orderBy: { n: 'asc' } },
      deadLetters: { orderBy: { openedAt: 'asc' } },
      backorders: true,
      failures: { orderBy: { id: 'desc' }, take: SHOWN_FAILURES },
      events: { orderBy: { seq: 'asc' } },
    },
  });
}

export type OrderExplanation = NonNullable<Awaited<ReturnType<typeof explainOrder>>>;
