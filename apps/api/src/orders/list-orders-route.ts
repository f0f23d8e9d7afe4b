import { listOrders, type OrderFilter } from '@orders/database/orders/list-orders';
import { orderFilterSchema, orderListSchema } from '@orders/domain/contracts/order-requests';
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { answerInTime } from '../answer-in-time.ts';
import type { Principal } from '../authentication/principal.ts';
import { offerNextPage, PAGE_QUERY, readPage } from '../http/list-page.ts';
import { toDate } from '../http/to-date.ts';
import { HEADERS } from '../openapi/described-response.ts';
import { BEARER } from '../openapi/document.ts';
import { problemResponses } from '../openapi/problem-responses.ts';
import { principalOf } from '../plugins/authentication.ts';
import { ProblemError } from '../problems/problem-error.ts';
import { ORDER_LIST_EXAMPLE } from './examples.ts';

const PATH = '/orders';

const querySchema = orderFilterSchema.extend(PAGE_QUERY);
type Query = z.output<typeof querySchema>;

const schema = {
  operationId: 'listOrders',
  summary: 'Orders, newest first',
  description:
    'A customer sees his own orders, an operator those of all customers, or of one. ' +
    '`nextCursor`, also given as `Link`, leads to the next page of the same list: orders that are ' +
    'placed meanwhile neither repeat nor hide any.',
  tags: ['orders'],
  security: BEARER,
  querystring: querySchema,
  response: {
    200: {
      description: 'A page; the last one has no `nextCursor`',
      headers: { Link: HEADERS.link },
      content: {
        'application/json': {
          schema: orderListSchema,
          examples: { page: { value: ORDER_LIST_EXAMPLE } },
        },
      },
    },
    ...problemResponses('unauthorized', 'invalid-cursor'),
  },
};

/** `GET /orders` */
export async function listOrdersRoute(app: FastifyInstance): Promise<void> {
  app.get<{ Querystring: Query }>(PATH, { schema }, async (request, reply) => {
    const principal = principalOf(request);
    const { limit, cursor, ...filter } = request.query;
    refuseOthersOrders(principal, filter.customerId);
    const list = nameList(principal);
    const page = readPage(app.cursors, { list, limit, cursor, filter });
    const [createdAt, id] = page.position ?? [];
    const after =
      createdAt === undefined || id === undefined ? null : { createdAt: new Date(createdAt), id };
    const found = await answerInTime(
      listOrders(app.database, toFilter(principal, page.filter), page.limit, after),
    );
    const position =
      found.next === null ? null : [found.next.createdAt.toISOString(), found.next.id];
    const nextCursor = offerNextPage(reply, app.cursors, { list, path: PATH, page, position });
    return reply.header('cache-control', 'no-store').send({ data: found.orders, nextCursor });
  });
}

/** A customer's cursors are good for his own list only. */
function nameList({ isOperator, subject }: Principal): string {
  return isOperator ? 'orders' : `orders of ${subject}`;
}

/** Rather than to answer with an empty list, or with his own. */
function refuseOthersOrders(principal: Principal, customerId: string | undefined): void {
  if (principal.isOperator || customerId === undefined) return;
  throw new ProblemError('validation-error', {
    detail: 'The query string does not fit its schema.',
    errors: [{ pointer: '/customerId', detail: 'is for operators only', code: 'forbidden' }],
  });
}

function toFilter(
  { isOperator, subject }: Principal,
  texts: Readonly<Record<string, string>>,
): OrderFilter {
  const { customerId, status, createdFrom, createdTo } = orderFilterSchema.parse(texts);
  return {
    customerId: isOperator ? (customerId ?? null) : subject,
    status: status ?? null,
    createdFrom: toDate(createdFrom) ?? null,
    createdTo: toDate(createdTo) ?? null,
  };
}
