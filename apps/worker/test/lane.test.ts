import { expect, test } from 'vitest';
import { createLane } from '../src/fulfilment/lane.ts';

test('tasks run one at a time in the order of their arrival, also after one that failed', async () => {
  const lane = createLane();
  const log: string[] = [];
  const task =
    (name: string, fails = false) =>
    async () => {
      log.push(`${name} begins`);
      await Promise.resolve();
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
  const results = await Promise.allSettled([
    lane.run(task('a')),
    lane.run(task('b', true)),
    lane.run(task('c')),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});
