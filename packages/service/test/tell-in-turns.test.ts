import { createBatcher } from '@orders/service/batcher';
import { createTeller } from '@orders/service/tell-in-turns';
import { expect, test } from 'vitest';
import { controlled, limits, nextTurn } from './controlled-batches.ts';

/** Entries that note when they were told what. */
function entries(count: number, told: string[]) {
  return Array.from({ length: count }, (_, item) => ({
    item,
    resolve: (result: string) => void told.push(result),
    reject: () => {},
    since: 0,
  }));
}
const results = (count: number, name: string) =>
  Array.from({ length: count }, (_, n) => `${name}${n}`);

test('a large batch is told in several turns, each its own result, first come, first served', async () => {
  const told: string[] = [];
  let ends = 0;
  const teller = createTeller<number, string>(() => (ends += 1));
  teller.tell(entries(70, told), results(70, 'a'));
  teller.tell(entries(10, told), results(10, 'b'));
  const sizes = [told.length];
  while (teller.length > 0) {
    expect(ends).toBe(0);
    await nextTurn();
    sizes.push(told.length);
  }
  expect(sizes).toEqual([32, 64, 80]);
  expect(told).toEqual([...results(70, 'a'), ...results(10, 'b')]);
  expect(ends).toBe(1);
});

test('the more are to be told, the more are told in a turn', () => {
  const told: string[] = [];
  createTeller<number, string>(() => {}).tell(entries(1_600, told), results(1_600, 'a'));
  expect(told).toHaveLength(100);
});

test('also while clients come without end', () => {
  const told: string[] = [];
  let arrived = 0;
  const teller = createTeller<number, string>(
    () => {},
    () => (arrived += 1),
  );
  teller.tell(entries(6_400, told), results(6_400, 'a'));
  expect(told).toHaveLength(100);
});

test('turns are short while clients come', async () => {
  const told: string[] = [];
  let arrived = 1;
  const teller = createTeller<number, string>(
    () => {},
    () => arrived,
  );
  teller.tell(entries(60, told), results(60, 'a'));
  expect(told).toHaveLength(4);
  arrived += 1;
  await nextTurn();
  expect(told).toHaveLength(8);
  await nextTurn();
  expect(told).toHaveLength(40);
});

test('the next batch does not wait until all of the one before are told, closing does', async () => {
  const { batches, begun, runBatch } = controlled();
  const batcher = createBatcher({ ...limits, maxBatchSize: 200, runBatch });
  const told: number[] = [];
  for (let item = 0; item < 200; item += 1)
    void batcher.submit(item).then((result) => told.push(result));
  await begun(1);
  const last = batcher.submit(200);
  let closed = false;
  const closing = batcher.close().then(() => (closed = true));
  batches[0]?.end();
  await nextTurn();
  await nextTurn();
  expect(batches[1]?.items).toEqual([200]);
  expect(told.length).toBeLessThan(200);
  batches[1]?.end();
  expect(closed).toBe(false);
  await closing;
  expect(told).toHaveLength(200);
  expect(await last).toBe(2_000);
});
