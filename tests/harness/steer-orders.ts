import { setTimeout as wait } from 'node:timers/promises';
import { waitUntil } from '@orders/local-services/wait-until';
import { type Answer, isDefinite, type RequestOptions } from './remembering-client.ts';
import type { System } from './start-system.ts';

/** Waits until an order has one of these statuses, and returns it. */
export function untilStatus(
  { database }: System,
  orderId: string,
  wanted: readonly string[],
  timeoutMs = 30_000,
): Promise<string> {
  return waitUntil(
    async () => {
      const order = await database.prisma.order.findUnique({ where: { id: orderId } });
      return order !== null && wanted.includes(order.status) ? order.status : null;
    },
    { what: `order ${orderId} to be ${wanted.join(' or ')}`, timeoutMs },
  );
}

/** Asks as an operator until there is a definite answer: whatever it was, it may be asked again. */
export async function insistOn(
  { client }: System,
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    const answer = await client.request(method, path, options);
    if (isDefinite(answer)) return answer;
    if (tries === 100) throw new Error(`${method} ${path}: ${answer.status} a hundred times`);
    await wait(200);
  }
}

/** Asks to cancel an order. Returns the status that it has then. */
export async function cancel(system: System, orderId: string): Promise<string> {
  const { status, body } = await insistOn(system, 'POST', `/orders/${orderId}/cancel`, {
    body: { reason: 'changed my mind' },
  });
  return status < 300 ? statusIn(body) : 'illegal';
}

/** Asks for other items, if the order is still as it was seen. Returns the status of the answer. */
export async function change(
  system: System,
  orderId: string,
  items: readonly { readonly sku: string; readonly quantity: number }[],
): Promise<number> {
  const { version } = await system.database.prisma.order.findUniqueOrThrow({
    where: { id: orderId },
  });
  const answer = await insistOn(system, 'PATCH', `/orders/${orderId}`, {
    body: { items },
    headers: { 'if-match': `"${version}"` },
  });
  return answer.status;
}

/** The open dead letters, oldest first. */
export function readOpenLetters({ database }: System) {
  return database.prisma.deadLetter.findMany({
    where: { state: 'open' },
    orderBy: { openedAt: 'asc' },
    select: { id: true, orderId: true, reason: true, fromStatus: true },
  });
}

/** Sends the order of a dead letter on its way again. Returns the status of the answer. */
export async function redrive(system: System, deadLetterId: string): Promise<number> {
  const path = `/admin/dead-letters/${deadLetterId}/redrive`;
  return (await insistOn(system, 'POST', path, { body: {} })).status;
}

function statusIn(body: unknown): string {
  if (typeof body === 'object' && body !== null && 'status' in body) return String(body.status);
  throw new Error(`an answer without a status: ${JSON.stringify(body)}`);
}
