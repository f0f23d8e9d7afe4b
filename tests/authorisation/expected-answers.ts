import {
  type Answers,
  type Asker,
  anyone,
  anyToken,
  operatorOnly,
  ownerAndOperator,
} from './askers.ts';
import type { World } from './start-world.ts';

/** A request that is right in everything but, perhaps, who makes it. */
export interface Ask {
  /** For the `:names` of the route. */
  readonly params?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

export interface Row {
  readonly answers: Answers;
  /** Called for each asker anew, so that nobody finds what the one before him has changed. */
  readonly ask: (world: World, asker: Asker) => Ask | Promise<Ask>;
}

const NOTHING: Row['ask'] = () => ({});
const anOrder: Row['ask'] = async (world) => ({ params: { id: await world.placeOrder() } });
const aDeadLetter =
  (body?: object): Row['ask'] =>
  async (world) => ({
    params: { id: await world.addDeadLetter() },
    ...(body === undefined ? {} : { body }),
  });
const aProduct: Row['ask'] = ({ sku }) => ({ params: { sku } });
const aQueue: Row['ask'] = () => ({ params: { name: 'orders-0' } });
const reason = 'as the table says';

/**
 * Every route of the api, and how it answers whom. A route that is not here, and a line without
 * its route, fail the tests. What GET answers, HEAD answers, too. A text in brackets tells two
 * requests to one route apart.
 */
export const EXPECTED_ANSWERS: Readonly<Record<string, Row>> = {
  'GET /openapi.json': { answers: anyone(200), ask: NOTHING },
  'GET /problems/:slug': {
    answers: anyone(200),
    ask: () => ({ params: { slug: 'not-found' } }),
  },
  'GET /docs': { answers: anyone(200), ask: NOTHING },
  'GET /docs/json': { answers: anyone(200), ask: NOTHING },
  'GET /docs/yaml': { answers: anyone(200), ask: NOTHING },
  'GET /docs/static/index.html': { answers: anyone(302), ask: NOTHING },
  'GET /docs/static/swagger-initializer.js': { answers: anyone(200), ask: NOTHING },
  'GET /docs/static/*': {
    answers: anyone(200),
    ask: () => ({ params: { '*': 'swagger-ui.css' } }),
  },

  'POST /orders': {
    answers: anyToken(201),
    ask: ({ createBasket }, asker) => ({
      body: {
        items: createBasket(),
        ...(asker === 'operator' ? { customerId: 'somebody' } : {}),
      },
    }),
  },
  'POST /orders (in the name of another)': {
    answers: { ...anyToken(400), operator: 201 },
    ask: ({ createBasket }) => ({ body: { items: createBasket(), customerId: 'somebody' } }),
  },
  'GET /orders': { answers: anyToken(200), ask: NOTHING },
  'GET /orders/:id': { answers: ownerAndOperator(200), ask: anOrder },
  'GET /orders/:id/status': { answers: ownerAndOperator(200), ask: anOrder },
  'GET /orders/:id/events': { answers: ownerAndOperator(200), ask: anOrder },
  'GET /orders/:id/events (as a stream)': {
    answers: ownerAndOperator(200),
    ask: async (world) => ({
      params: { id: await world.placeOrder() },
      headers: { accept: 'text/event-stream' },
    }),
  },
  'PATCH /orders/:id': {
    answers: ownerAndOperator(200),
    ask: async (world) => ({
      params: { id: await world.placeOrder() },
      headers: { 'if-match': '"1"' },
      body: { items: world.createBasket() },
    }),
  },
  'POST /orders/:id/cancel': { answers: ownerAndOperator(200), ask: anOrder },
  'DELETE /orders/:id': { answers: ownerAndOperator(200), ask: anOrder },

  'GET /products': { answers: anyToken(200), ask: NOTHING },
  'GET /products/:sku': { answers: anyToken(200), ask: aProduct },
  'PUT /products/:sku': {
    answers: operatorOnly(200),
    ask: ({ product }) => ({ params: { sku: product.sku }, body: product.body }),
  },
  'GET /categories': { answers: anyToken(200), ask: NOTHING },
  'PUT /categories/:slug': {
    answers: operatorOnly(201),
    ask: ({ createName }) => ({ params: { slug: createName() }, body: { name: 'Things' } }),
  },

  'GET /metrics': { answers: operatorOnly(200), ask: NOTHING },
  'GET /admin/inventory': { answers: operatorOnly(200), ask: NOTHING },
  'GET /admin/inventory/:sku': { answers: operatorOnly(200), ask: aProduct },
  'POST /admin/inventory/:sku/adjustments': {
    answers: operatorOnly(201),
    ask: ({ sku, createName }) => ({
      params: { sku },
      headers: { 'idempotency-key': createName() },
      body: { delta: 1, reason },
    }),
  },
  'GET /admin/dead-letters': { answers: operatorOnly(200), ask: NOTHING },
  'GET /admin/dead-letters/:id': { answers: operatorOnly(200), ask: aDeadLetter() },
  'POST /admin/dead-letters/:id/redrive': { answers: operatorOnly(200), ask: aDeadLetter({}) },
  'POST /admin/dead-letters/:id/discard': {
    answers: operatorOnly(200),
    ask: aDeadLetter({ reason }),
  },
  'POST /admin/dead-letters/:id/resolve': {
    answers: operatorOnly(200),
    ask: aDeadLetter({ outcome: 'not_charged', reason }),
  },
  'POST /admin/dead-letters/redrive': {
    answers: operatorOnly(200),
    ask: () => ({ body: { filter: {}, expectedCount: 0, dryRun: true } }),
  },
  'GET /admin/queues': { answers: operatorOnly(200), ask: NOTHING },
  'POST /admin/queues/:name/pause': { answers: operatorOnly(200), ask: aQueue },
  'POST /admin/queues/:name/resume': { answers: operatorOnly(200), ask: aQueue },
  'GET /admin/scaling': { answers: operatorOnly(200), ask: NOTHING },
  'GET /admin/warehouse-syncs': { answers: operatorOnly(200), ask: NOTHING },
  'GET /admin/warehouse-syncs/:id': {
    answers: operatorOnly(200),
    ask: async (world) => ({ params: { id: await world.requestSync() } }),
  },
  'POST /admin/warehouse-syncs': {
    answers: operatorOnly(202),
    ask: () => ({ body: { dryRun: true } }),
  },
};
