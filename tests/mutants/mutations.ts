import type { Mutation } from './mutation.ts';
import { STOCK_MUTATIONS } from './stock-mutations.ts';
import { database, story } from './suites.ts';

const POISON = story('worker-death', 'an order that kills its worker');
const RACE = story('money', 'cancel raced');
const FROZEN = story('money', 'a worker frozen between');
const FATES = story('money', 'whatever the provider does');
const FLUSHED = story('redis', 'Redis flushed');

/** Each breaks one rule of how the promises hold. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'neither lock an order nor ask for the status and version that was seen',
    edits: [
      {
        file: 'packages/database/src/orders/lock-orders.ts',
        text: '     ORDER BY id\n       FOR NO KEY UPDATE`',
        by: '     ORDER BY id`',
      },
      {
        file: 'packages/database/src/orders/move-orders.ts',
        text: ' AND (o.status, o.version) IS NOT DISTINCT FROM (s.from_status, s.version)',
        by: '',
      },
    ],
    suites: [RACE],
  },
  {
    name: 'enqueue before COMMIT',
    edits: [
      {
        file: 'apps/api/src/orders/intake.ts',
        text: '  const placements = await placeOrders(',
        by: '  dispatcher.dispatch(orders.map(({ id }) => id));\n  await new Promise((resolve) => setTimeout(resolve, 50));\n  const placements = await placeOrders(',
      },
      {
        file: 'apps/api/src/orders/intake.ts',
        text: '  dispatcher.dispatch(placed);\n',
        by: '',
      },
    ],
    suites: [story('intake', 'as soon as it is committed')],
  },
  {
    name: 'a new key when a charge is repeated',
    edits: [
      {
        file: 'apps/worker/src/payment/payment-provider.ts',
        text: "        path: '/charges',\n        key,",
        by: "        path: '/charges',\n        key: `${key}-${Math.random()}`,",
      },
    ],
    suites: [FATES],
  },
  {
    name: 'no sweeper',
    edits: [
      {
        file: 'apps/worker/src/sweeper/sweep.ts',
        text: '  const { database, producer, failpoints, onFound } = parts;\n',
        by: '  const { database, producer, failpoints, onFound } = parts;\n  if (producer.isConnected()) return;\n',
      },
    ],
    suites: [story('intake', 'an api killed after COMMIT')],
  },
  {
    name: 'the loss of a queue goes unnoticed',
    edits: [
      {
        file: 'packages/database/src/dispatch/queue-marker.ts',
        text: '    observed.generation === null ||\n    observed.generation < stored.generation ||\n    observed.runId !== stored.runId\n',
        by: "    observed.runId === ''\n",
      },
    ],
    suites: [FLUSHED],
  },
  {
    name: 'maxStalledCount 1',
    edits: [
      {
        file: 'packages/queue/src/consumer.ts',
        text: 'maxStalledCount ?? 20',
        by: 'maxStalledCount ?? 1',
      },
    ],
    suites: [POISON],
  },
  {
    name: 'a job that comes again after a death is run like any other',
    edits: [
      {
        file: 'apps/worker/src/fulfilment/fulfil-order.ts',
        text: 'if (!delivery.redelivered) {',
        by: 'if (delivery.jobId.length > 0) {',
      },
    ],
    suites: [POISON],
  },
  {
    name: 'an exception about one order is everybody’s in its batch',
    edits: [
      {
        file: 'apps/worker/src/fulfilment/create-batches.ts',
        text: '!isUnavailable(error) && !isContention(error),',
        by: 'isUnavailable(error) && isContention(error),',
      },
    ],
    suites: [story('worker-death', 'an order that always fails')],
  },
  {
    name: 'a reserved order is cancelled without asking the provider',
    edits: [
      {
        file: 'packages/domain/src/decide.ts',
        text: "      return step(order, 'cancelling', 'cancelling', { reason, nextCheckMs: 0, redispatch: true });",
        by: "      return step(order, 'cancelled', 'cancelled', { reason, stock: 'release' });",
      },
    ],
    suites: [RACE],
  },
  {
    name: 'cancelling ends when the provider does not know the key',
    edits: [
      {
        file: 'apps/worker/src/fulfilment/fulfil-order.ts',
        text: 'const result = await provider.voidCharge(call.attempt.key);',
        by: "const found = await provider.lookUp(call.attempt.key);\n      const result: CallResult = found.kind === 'not-found' ? { kind: 'outcome', outcome: { kind: 'voided' } } : found;",
      },
    ],
    suites: [FROZEN],
  },
  {
    name: 'money found on a cancelled order is kept',
    edits: [
      {
        file: 'packages/domain/src/decide-payment.ts',
        text: '    if (kept) return refund(order, outcome.chargeId);',
        by: '    if (kept && order.attempt < 0) return refund(order, outcome.chargeId);',
      },
    ],
    suites: [RACE],
  },
  {
    name: 'a reserved order is completed whatever has become of it',
    edits: [
      {
        file: 'packages/database/src/orders/move-orders.ts',
        text: '(o.status, o.version) IS NOT DISTINCT FROM (s.from_status, s.version)',
        by: '(s.charge_id IS NOT NULL OR (o.status, o.version) IS NOT DISTINCT FROM (s.from_status, s.version))',
      },
    ],
    suites: [database('complete-reserved')],
  },
  {
    name: 'equal baskets do not wait for one another',
    edits: [
      {
        file: 'packages/database/src/orders/lock-guards.ts',
        text: 'count(pg_advisory_xact_lock(guard))',
        by: 'count(guard)',
      },
    ],
    suites: [database('place-orders-guards')],
  },
  {
    name: 'equal baskets are seen as they were before their guard was waited for',
    edits: [
      {
        file: 'prisma/migrations/20261122000000_look_again/migration.sql',
        text: '"id" UUID)\nLANGUAGE plpgsql VOLATILE',
        by: '"id" UUID)\nLANGUAGE plpgsql STABLE',
      },
    ],
    suites: [database('place-orders-guards')],
  },
  {
    name: 'a dead letter can be redriven again and again',
    edits: [
      {
        file: 'packages/database/src/dead-letters/act-on-dead-letter.ts',
        text: "      if (letter.state !== 'open') return { kind: 'already-closed' };\n",
        by: '',
      },
    ],
    suites: [story('dead-letters', 'five times at once')],
  },
  {
    name: 'a lost reply to COMMIT is taken for a failure',
    edits: [
      {
        file: 'packages/database/src/orders/place-orders.ts',
        text: 'error instanceof Error && isReplyLost(error)',
        by: 'error instanceof Error && isReplyLost(error) && error.message === undefined',
      },
    ],
    suites: [database('place-orders-lost-reply'), database('place-orders-remembered')],
  },
  {
    name: 'a remembered price is believed',
    edits: [
      {
        file: 'packages/database/src/orders/insert-orders.ts',
        text: ' AND p.price_minor = seen.price_minor AND p.active',
        by: '',
      },
    ],
    suites: [database('place-orders-remembered')],
  },
  {
    name: 'a guess is an answer',
    edits: [
      {
        file: 'packages/database/src/orders/place-orders.ts',
        text: 'if (isAll && !isGuess) {',
        by: 'if (isAll) {',
      },
    ],
    suites: [database('place-orders-remembered')],
  },
  {
    name: 'the warehouse counts what was sold twice',
    edits: [
      {
        file: 'packages/domain/src/warehouse/decide-stock.ts',
        text: 'return row.onHand - (sold - row.salesIncluded) + movedSince;',
        by: 'return row.onHand + movedSince + 0 * sold;',
      },
    ],
    suites: [{ project: 'stories', file: 'tests/faults/warehouse.test.ts', only: 'sales under' }],
  },
  ...STOCK_MUTATIONS,
];
