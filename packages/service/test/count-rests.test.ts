import { countRests } from '@orders/service/count-rests';
import { createMetrics } from '@orders/service/metrics';
import { expect, test } from 'vitest';

test('orders that came to rest are counted by status and reason, from zero on', async () => {
  const metrics = createMetrics();
  const count = countRests(metrics);
  const read = async () => (await metrics.render()).match(/^orders_at_rest_total\{.*$/gm) ?? [];
  expect((await read()).length).toBeGreaterThan(5);
  expect((await read()).filter((line) => !line.endsWith(' 0'))).toEqual([]);
  count([
    { rest: { status: 'rejected', reason: 'out_of_stock' } },
    { rest: null },
    { rest: { status: 'completed', reason: 'none' } },
    { rest: { status: 'completed', reason: 'none' } },
  ]);
  expect((await read()).filter((line) => !line.endsWith(' 0'))).toEqual([
    'orders_at_rest_total{status="completed",reason="none"} 2',
    'orders_at_rest_total{status="rejected",reason="out_of_stock"} 1',
  ]);
});
