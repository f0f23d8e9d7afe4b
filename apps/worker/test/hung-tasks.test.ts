import { expect, test } from 'vitest';
import { createTasks } from '../src/sweeper/hung-tasks.ts';

const forever = () => new Promise<never>(() => {});

test('a task that is found at so many looks in a row is hung, and named', () => {
  const tasks = createTasks();
  void tasks.track('order 7', forever);
  expect([1, 2, 3].map(() => tasks.findHung(3))).toEqual([null, null, 'order 7']);
});

test('tasks that end in between, well or not, are not hung', async () => {
  const tasks = createTasks();
  for (let look = 0; look < 5; look += 1) {
    const good = tasks.track('good', async () => 1);
    const bad = tasks.track('bad', () => Promise.reject(new Error('no')));
    expect(tasks.findHung(2)).toBeNull();
    expect(await good).toBe(1);
    await expect(bad).rejects.toThrow('no');
  }
});

test('a long task that makes progress is not hung', () => {
  const tasks = createTasks();
  let progress = () => {};
  void tasks.track('sweep', (made) => {
    progress = made;
    return forever();
  });
  for (let look = 0; look < 5; look += 1) {
    expect(tasks.findHung(2)).toBeNull();
    progress();
  }
});
