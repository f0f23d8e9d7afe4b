import {
  type DeadLetterDetails,
  orderFailureSchema,
  paymentAttemptSchema,
} from '@orders/domain/contracts/dead-letter';
import type { Database } from '../client.ts';
import { readOrder } from '../orders/read-order.ts';
import { readOrderEvents } from '../orders/read-order-events.ts';
import { readDeadLetter } from './read-dead-letters.ts';

/** An outage of days leaves an error per try; the newest tell the story. */
const SHOWN_FAILURES = 1_000;

/**
 * A dead letter with its order, every attempt to charge, every error (the newest thousand) and the
 * order's log; null when there is none. Each part as of its own moment: an order in dead letters
 * stands still until somebody acts.
 */
export async function readDeadLetterDetails(
  database: Database,
  id: string,
): Promise<DeadLetterDetails | null> {
  const letter = await readDeadLetter(database, id);
  if (letter === null) return null;
  const { orderId } = letter;
  const [order, payments, failures, events] = await Promise.all([
    readOrder(database, orderId),
    readPaymentAttempts(database, orderId),
    readFailures(database, orderId),
    readOrderEvents(database, orderId),
  ]);
  if (order === null) throw new Error(`dead letter ${id} has no order`);
  return { ...letter, order, payments, failures, events };
}

async function readPaymentAttempts(
  database: Database,
  orderId: string,
): Promise<DeadLetterDetails['payments']> {
  const rows = await database.prisma.paymentAttempt.findMany({
    where: { orderId },
    orderBy: { attempt: 'asc' },
  });
  return rows.map((row) =>
    paymentAttemptSchema.parse({
      ...row,
      amount: { amount: Number(row.amountMinor), currency: row.currency },
      createdAt: row.createdAt.toISOString(),
      settledAt: row.settledAt?.toISOString() ?? null,
    }),
  );
}

async function readFailures(
  database: Database,
  orderId: string,
): Promise<DeadLetterDetails['failures']> {
  const rows = await database.prisma.orderFailure.findMany({
    where: { orderId },
    orderBy: { id: 'desc' },
    take: SHOWN_FAILURES,
  });
  return rows.map((row) => orderFailureSchema.parse({ ...row, at: row.at.toISOString() }));
}
