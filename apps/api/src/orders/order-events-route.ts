import { readOrderEvents } from '@orders/database/orders/read-order-events';
import { orderEventSchema } from '@orders/domain/contracts/order';
import { isAtRest } from '@orders/domain/order-status';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { answerInTime } from '../answer-in-time.ts';
import { answerUnlessKnown } from '../http/answer-unless-known.ts';
import { chooseMediaType } from '../http/choose-media-type.ts';
import { EVENT_STREAM } from '../http/event-stream.ts';
import { problemResponses } from '../openapi/problem-responses.ts';
import { principalOf } from '../plugins/authentication.ts';
import { ProblemError } from '../problems/problem-error.ts';
import { describeRead } from './describe-read.ts';
import { EVENTS_EXAMPLE, EVENT_STREAM_EXAMPLE } from './examples.ts';
import { type OneOrder, readOwnOrder } from './read-own-order.ts';
import { streamOrderEvents } from './stream-order-events.ts';

const JSON_TYPE = 'application/json';

const eventListSchema = z
  .object({ data: z.array(orderEventSchema), nextCursor: z.null() })
  .meta({ id: 'OrderEventList' });

const read = describeRead(
  'listOrderEvents',
  'What happened to an order',
  eventListSchema,
  EVENTS_EXAMPLE,
);

const schema = {
  ...read,
  description:
    'The log of the order. With `Accept: text/event-stream` it is a stream of server-sent events: ' +
    'the log so far, then what is added to it, until the order has come to rest. `id` is the ' +
    'number of the event: whoever comes back with it in `Last-Event-ID` misses nothing, and is ' +
    'answered with 204 when nothing can be missing. Streams end after a while; come back then.',
  headers: read.headers.extend({
    'last-event-id': z
      .string()
      .regex(/^\d{1,9}$/)
      .optional()
      .meta({ description: 'Of a stream: the number of the last event that the client got' }),
  }),
  response: {
    ...read.response,
    200: {
      ...read.response[200],
      content: {
        ...read.response[200].content,
        [EVENT_STREAM]: {
          schema: z.string().meta({ description: '`data` of each event is an OrderEvent' }),
          examples: { live: { value: EVENT_STREAM_EXAMPLE } },
        },
      },
    },
    204: z.null().meta({ description: 'The order is at rest, and the client has the whole log' }),
    ...problemResponses(
      'unauthorized',
      'not-found',
      'not-acceptable',
      'rate-limited',
      'overloaded',
    ),
  },
};

/** `GET /orders/:id/events` */
export async function orderEventsRoute(app: FastifyInstance): Promise<void> {
  app.get<OneOrder>('/orders/:id/events', { schema }, async (request, reply) => {
    const type = chooseMediaType(request.headers.accept, [JSON_TYPE, EVENT_STREAM]);
    if (type === null) throw new ProblemError('not-acceptable');
    const afterSeq = type === EVENT_STREAM ? readLastEventId(request.headers['last-event-id']) : 0;
    const order = await readOwnOrder(app, request);
    reply.header('vary', 'accept');

    // The head of a stream is no stream.
    if (type === JSON_TYPE || request.method === 'HEAD') {
      const data = await answerInTime(readOrderEvents(app.database, order.id));
      return answerUnlessKnown(request, reply, data.at(-1)?.seq ?? 0, { data, nextCursor: null });
    }
    // Browsers come back to a stream that has ended, until they are told that there is no content.
    if (isAtRest(order.status) && order.version <= afterSeq) return reply.code(204).send();
    await streamOrderEvents(app, reply, order.id, afterSeq, principalOf(request));
    return reply;
  });
}

/** @throws ProblemError `validation-error` for what no stream of ours has sent */
function readLastEventId(value: string | string[] | undefined): number {
  if (value === undefined || value === '') return 0;
  if (typeof value === 'string' && /^\d{1,9}$/.test(value)) return Number(value);
  throw new ProblemError('validation-error', {
    detail: 'Last-Event-ID must be the number of an event.',
  });
}
