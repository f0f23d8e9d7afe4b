import {
  beginRestoring,
  finishRestoring,
  followMarker,
  hasLost,
  type ObservedMarker,
  readQueueMarker,
} from '@orders/database/dispatch/queue-marker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());

let shards = 0;
/** A shard of its own whose marker was restored to `generation` in the run `run-1` of Redis. */
async function restored(generation = 5): Promise<number> {
  const shard = (shards += 1);
  const token = await beginRestoring(database, shard, 'run-1');
  expect(await finishRestoring(database, shard, token, generation)).toBe(true);
  return shard;
}

const lost = async (shard: number, observed: ObservedMarker): Promise<boolean> =>
  hasLost(observed, await readQueueMarker(database, shard));

test.each<[string, ObservedMarker, boolean]>([
  ['the marker is as it was left', { runId: 'run-1', generation: 5 }, false],
  ['the marker has advanced', { runId: 'run-1', generation: 6 }, false],
  ['the marker is missing, as after a flush', { runId: 'run-1', generation: null }, true],
  [
    'the marker is older, as after a restart from an old file',
    { runId: 'run-1', generation: 4 },
    true,
  ],
  ['it is another process, whatever its marker says', { runId: 'run-2', generation: 5 }, true],
  ['it is another process without a marker', { runId: 'run-2', generation: null }, true],
])('Redis has lost something or not: %s', async (_, observed, expected) => {
  expect(await lost(await restored(), observed)).toBe(expected);
});

test('a queue that was never seen before counts as lost', async () => {
  expect(await readQueueMarker(database, 99)).toBeNull();
  expect(await lost(99, { runId: 'run-1', generation: 1 })).toBe(true);
});

test('from the beginning of a restoration to its end everybody sees a loss', async () => {
  const shard = await restored();
  const token = await beginRestoring(database, shard, 'run-1');
  expect(await lost(shard, { runId: 'run-1', generation: 5 })).toBe(true);
  expect(await finishRestoring(database, shard, token, 6)).toBe(true);
  expect(await lost(shard, { runId: 'run-1', generation: 6 })).toBe(false);
  expect(await finishRestoring(database, shard, token, 7)).toBe(false);
});

test('a second loss during a restoration starts over: the first cannot declare it done', async () => {
  const shard = await restored();
  const first = await beginRestoring(database, shard, 'run-2');
  const second = await beginRestoring(database, shard, 'run-3');
  expect(await finishRestoring(database, shard, first, 6)).toBe(false);
  expect(await lost(shard, { runId: 'run-2', generation: 6 })).toBe(true);
  expect(await finishRestoring(database, shard, second, 7)).toBe(true);
  expect(await readQueueMarker(database, shard)).toEqual({
    runId: 'run-3',
    generation: 7,
    state: 'done',
  });
});

test('of many restorations that begin at once, also of a new queue, exactly one ends', async () => {
  const shard = (shards += 1);
  const tokens = await Promise.all(times(10, (n) => beginRestoring(database, shard, `run-${n}`)));
  const ends = await Promise.all(
    tokens.map((token, n) => finishRestoring(database, shard, token, n + 1)),
  );
  expect(ends.filter(Boolean)).toHaveLength(1);
});

test('following the marker never lowers it, never ends a restoration, and never follows another run', async () => {
  const shard = await restored();
  await Promise.all(
    [7, 9, 8, 3].map((generation) => followMarker(database, shard, { runId: 'run-1', generation })),
  );
  await followMarker(database, shard, { runId: 'run-2', generation: 50 });
  expect(await readQueueMarker(database, shard)).toMatchObject({ generation: 9, state: 'done' });
  await beginRestoring(database, shard, 'run-1');
  await followMarker(database, shard, { runId: 'run-1', generation: 60 });
  expect(await readQueueMarker(database, shard)).toMatchObject({
    generation: 9,
    state: 'restoring',
  });
});
