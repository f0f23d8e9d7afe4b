import type { OrderLoad } from '@orders/database/scaling/read-load';
import { expect, test } from 'vitest';
import { describeScaling } from '../src/admin/queues/describe-scaling.ts';

const load: OrderLoad = {
  pending: 4,
  backordered: 2,
  underWay: 5,
  oldestPendingSeconds: 7,
  arrivalPerSecond: 1,
  completionPerSecond: 1,
  workers: 1,
};
const rules = { drainSeconds: 60, ordersPerSecond: 500, minWorkers: 1, maxWorkers: 20 };
const queue = { name: 'orders-0', shard: 0, paused: false, waiting: 3, delayed: 0, active: 2 };

test('open orders that wait in PostgreSQL, for stock or for their next try, count as delayed', () => {
  const line = describeScaling(load, [{ ...queue, oldestWaitingMs: 5_000 }], rules);
  expect(line).toMatchObject({ waiting: 3, active: 2, delayed: 6, oldestWaitingSeconds: 5 });
});

test('what Redis delays counts also when the orders say less, and nothing is ever negative', () => {
  const idle = { ...load, pending: 0, backordered: 0, underWay: 0 };
  const queues = [{ ...queue, delayed: 1, oldestWaitingMs: null }];
  expect(describeScaling(idle, queues, rules).delayed).toBe(1);
});
