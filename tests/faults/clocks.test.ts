import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '@orders/local-services/wait-until';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { printFigures } from '../harness/figures.ts';
import { setStock } from '../harness/set-stock.ts';
import { type Stores, startStores } from '../harness/start-stores.ts';
import type { System } from '../harness/start-system.ts';
import { given, thenAllIsWell } from '../harness/story.ts';
import { untilStatus } from '../harness/steer-orders.ts';
import { countByStatus } from '../harness/until-rest.ts';

const HOUR_MS = 3_600_000;
const SCARCE = 'BACKPACK-0002';

let stores: Stores;

beforeAll(async () => {
  stores = await startStores();
});

afterAll(async () => {
  printFigures('clocks');
  await stores.close();
});

test.each([
  ['ahead', HOUR_MS],
  ['behind', -HOUR_MS],
])(
  'a worker whose clock is an hour %s: waits and retries last as long as they should',
  async (way, clockOffsetMs) => {
    const system = await given({
      stores,
      workers: [{ clockOffsetMs }],
      workerEnv: { BACKORDER_MAX_WAIT_SECONDS: '4' },
    });
    await setStock(system, SCARCE, 0);
    const since = performance.now();
    const waiting = await system.client.place({ items: [{ sku: SCARCE, quantity: 1 }] });
    await system.client.place({ simulate: '500:1' });
    await system.client.place({ simulate: 'decline-soft:1' });
    await untilStatus(system, waiting, ['rejected']);
    const waited = (performance.now() - since) / 1_000;
    expect(waited).toBeGreaterThan(3.5);
    await thenAllIsWell(system, {
      fault: `a worker's clock an hour ${way}`,
      since,
      withinSeconds: 20,
    });
    expect(await countByStatus(system)).toEqual({ completed: 2, rejected: 1 });
  },
);

test('a worker whose clock is an hour ahead postpones orders and dies: another one waits for none of it', async () => {
  const system = await given({ stores, workers: [{ clockOffsetMs: HOUR_MS }] });
  await system.provider.change({ faults: '503=1' });
  await Promise.all(Array.from({ length: 10 }, () => system.client.place()));
  const [ahead] = system.workers;
  await waitUntil(async () => (await countPostponed(system)) === 10, {
    what: 'all orders to be postponed',
    timeoutMs: 20_000,
  });
  await ahead?.kill();
  await system.provider.change({ faults: '' });
  const since = performance.now();
  await system.addWorker();
  await thenAllIsWell(system, {
    fault: 'a clock an hour ahead, and its worker dead',
    since,
    withinSeconds: 20,
  });
});

test('PostgreSQL is away, and a worker whose clock is an hour ahead dies meanwhile: nothing waits for its clock', async () => {
  const system = await given({ stores, workers: [{ clockOffsetMs: HOUR_MS }] });
  const delayed = { simulate: 'delay:1000' };
  await Promise.all(Array.from({ length: 10 }, () => system.client.place(delayed)));
  const [ahead] = system.workers;
  stores.postgres.process.kill();
  const log = join(system.logsFolder, 'worker-1.ndjson');
  await waitUntil(async () => (await readFile(log, 'utf8')).includes('waits here'), {
    what: 'a run to wait in its worker',
    timeoutMs: 20_000,
  });
  await ahead?.kill();
  await stores.postgres.process.restart();
  const since = performance.now();
  await system.addWorker();
  await thenAllIsWell(system, {
    fault: 'PostgreSQL away, a clock an hour ahead, and its worker dead',
    since,
    withinSeconds: 20,
  });
});

/** Orders whose next run is planned, after one that came to nothing. */
function countPostponed({ database }: System): Promise<number> {
  return database.prisma.order.count({ where: { dispatch: { gt: 1 } } });
}
