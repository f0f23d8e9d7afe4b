import { expect, test } from 'vitest';
import { createQuarantine } from '../src/fulfilment/quarantine.ts';

/** Runs so many tasks of the same history; each ends when all that can be under way are. */
async function countAtOnce(starts: number, tasks: number): Promise<number> {
  const quarantine = createQuarantine();
  let underWay = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: tasks }, () =>
      quarantine.run(starts, async () => {
        underWay += 1;
        most = Math.max(most, underWay);
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
        underWay -= 1;
      }),
    ),
  );
  return most;
}

test.each([
  [0, 32],
  [1, 8],
  [2, 1],
  [3, 1],
  [100, 1],
])('orders with %i dead runs behind them run %i at a time', async (starts, most) => {
  expect(await countAtOnce(starts, 100)).toBe(most);
});

test('an order that may only run alone waits for all others, and is not overtaken', async () => {
  const quarantine = createQuarantine();
  const log: string[] = [];
  let release = () => {};
  const first = quarantine.run(0, async () => {
    log.push('first begins');
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    log.push('first ends');
  });
  const alone = quarantine.run(5, async () => {
    log.push('alone');
    await Promise.resolve();
  });
  const later = quarantine.run(0, async () => {
    log.push('later');
    await Promise.resolve();
  });
  await Promise.resolve();
  release();
  await Promise.all([first, alone, later]);
  expect(log).toEqual(['first begins', 'first ends', 'alone', 'later']);
});

test('a run that fails gives its place back', async () => {
  const quarantine = createQuarantine();
  const failing = quarantine.run(9, () => Promise.reject(new Error('no luck')));
  await expect(failing).rejects.toThrow('no luck');
  expect(await quarantine.run(9, () => Promise.resolve('next'))).toBe('next');
});
