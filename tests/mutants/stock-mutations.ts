import type { Mutation } from './mutation.ts';
import { database, story } from './suites.ts';

/** Each lets stock be promised twice, given back twice, or go to whoever comes later. */
export const STOCK_MUTATIONS: readonly Mutation[] = [
  {
    name: 'release stock without asking whether it is held',
    edits: [
      {
        file: 'packages/database/src/inventory/list-stock-effects.ts',
        text: "if ((step.stock === 'reserve') === order.holdsStock) {",
        by: 'if (order.id.length === 0) {',
      },
      {
        file: 'packages/domain/src/decide.ts',
        text: "      return step(order, 'cancelled', 'cancelled', { reason });",
        by: "      return step(order, 'cancelled', 'cancelled', { reason, stock: 'release' });",
      },
    ],
    suites: [database('cancel-order')],
  },
  {
    name: 'stock locked in any order',
    edits: [
      {
        file: 'packages/database/src/inventory/lock-stock-of-orders.ts',
        text: '       ORDER BY sku\n',
        by: '       ORDER BY random()\n',
      },
      {
        file: 'packages/database/src/orders/move-orders.ts',
        text: '       ORDER BY sku\n',
        by: '       ORDER BY random()\n',
      },
    ],
    // Many batches of one process: a worker has one of each step under way, and may be lucky.
    suites: [
      database('begin-orders', 'hundreds at once'),
      database('complete-reserved', 'hundreds at once'),
      story('stock', 'hundreds at once'),
    ],
  },
  {
    name: 'what is reserved counts as available',
    edits: [
      {
        file: 'packages/database/src/inventory/lock-stock-of-orders.ts',
        text: 'SELECT sku, on_hand - reserved AS available',
        by: 'SELECT sku, on_hand AS available',
      },
      {
        file: 'packages/database/src/orders/move-orders.ts',
        text: 'SELECT sku, on_hand - reserved AS available',
        by: 'SELECT sku, on_hand AS available',
      },
      {
        file: 'packages/database/src/orders/reserve-plenty.ts',
        text: 'COALESCE(s.on_hand - s.reserved, 0)',
        by: 'COALESCE(s.on_hand, 0)',
      },
    ],
    // A worker may have sold what it reserved before it looks again.
    suites: [
      database('begin-orders', 'thirty batches at once'),
      story('stock', '1,000 orders at once'),
    ],
  },
  {
    name: 'a new order overtakes those who wait for its stock',
    edits: [
      {
        file: 'packages/database/src/inventory/read-waiting.ts',
        text: '  if (inStock.length === 0) return [];',
        by: '  if (inStock.length >= 0) return [];',
      },
    ],
    suites: [database('backorders')],
  },
  {
    name: 'plenty judged only before its lock',
    edits: [
      {
        file: 'packages/database/src/orders/move-orders.ts',
        text: '${onlyFromPlenty ? FROM_PLENTY : Prisma.empty}',
        by: '${onlyFromPlenty && steps.length < 0 ? FROM_PLENTY : Prisma.empty}',
      },
    ],
    suites: [database('reserve-plenty')],
  },
  {
    name: 'lines are seen as they were before the lock was waited for',
    edits: [
      {
        file: 'prisma/migrations/20261122000000_look_again/migration.sql',
        text: 'RETURNS BOOLEAN\nLANGUAGE plpgsql VOLATILE',
        by: 'RETURNS BOOLEAN\nLANGUAGE plpgsql STABLE',
      },
    ],
    suites: [database('overtaking')],
  },
];
