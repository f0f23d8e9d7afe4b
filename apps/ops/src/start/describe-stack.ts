import type { Stack } from '@orders/local-services/stack-file';
import { formatMoney } from '@orders/domain/money';
import { formatDuration } from '../load/report/format-values.ts';
import { hostOf } from '../open-database.ts';
import type { FirstOrder } from './place-first-order.ts';

const PNPM = 'npx -y pnpm@12.21.0';

/** What a developer reads when the stack is ready. Each curl line works as pasted, by itself. */
export function describeStack(stack: Stack, firstOrder: FirstOrder, startedInMs: number): string {
  const { apiUrl, tokens } = stack;
  const customer = `-H 'Authorization: Bearer ${tokens.customer}'`;
  const body = JSON.stringify({
    items: [{ sku: firstOrder.sku, quantity: 2 }],
    allowDuplicate: true,
  });
  const workers = stack.processes.filter(({ name }) => name.startsWith('worker-'));
  return `
${describeFirstOrder(firstOrder)}

The order system runs (started in ${formatDuration(startedInMs)}):
  api         ${apiUrl}, documentation ${apiUrl}/docs
  simulator   ${stack.simulatorUrl}
  PostgreSQL  ${describeStore(stack, 'postgres', stack.databaseUrl)}
  Redis       ${describeStore(stack, 'redis', stack.redisUrl)}
  workers     ${workers.length}
  logs        ${stack.processes.map(({ log }) => log).join('\n              ')}

Place an order:
curl -sS -X POST ${apiUrl}/orders ${customer} -H 'Content-Type: application/json' -d '${body}'

Look at the first one, its status and its log:
curl -sS ${apiUrl}/orders/${firstOrder.id} ${customer}
curl -sS ${apiUrl}/orders/${firstOrder.id}/status ${customer}
curl -sS ${apiUrl}/orders/${firstOrder.id}/events ${customer}

Tokens (of the customer \`customer-1\` and of an operator):
  ${tokens.customer}
  ${tokens.operator}

In another terminal:
  ${PNPM} load                     1,000 orders over 1,000 connections, with a verdict
  ${PNPM} ops scale 4              run four workers
  ${PNPM} ops order explain ${firstOrder.id}
  ${PNPM} ops invariants

Ctrl-C stops everything; orders stay for the next start.`.trimStart();
}

/** A store of our own can be connected to as shown; of anybody else's the password is not shown. */
function describeStore(stack: Stack, process: string, url: string): string {
  return stack.processes.some(({ name }) => name === process) ? url : hostOf(url);
}

/** The first order and how it ended, in one sentence. */
function describeFirstOrder(order: FirstOrder): string {
  const { id, quantity, sku, status, reason, tookMs } = order;
  const what = `First order ${id}: ${quantity} x ${sku} for ${formatMoney(order.total)}`;
  const why = reason === null ? '' : ` (${reason})`;
  return `${what} is ${status}${why} after ${formatDuration(tookMs)}.`;
}
