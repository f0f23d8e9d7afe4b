import { fc, test } from '@fast-check/vitest';
import { createBatcher } from '@orders/service/batcher';
import { expect } from 'vitest';

interface Element {
  readonly id: number;
  readonly bad: boolean;
}

class BadElement extends Error {}

const elements = fc
  .array(fc.boolean(), { maxLength: 60 })
  .map((flags): Element[] => flags.map((bad, id) => ({ id, bad: bad && id % 3 === 0 })));
const limits = fc.record({
  maxBatchSize: fc.integer({ min: 1, max: 20 }),
  maxInFlight: fc.integer({ min: 1, max: 4 }),
});
/** After which elements the caller yields to the event loop, and how many turns each batch takes. */
const pace = fc.record({
  pauses: fc.array(fc.nat(3), { minLength: 1 }),
  turns: fc.array(fc.nat(4), { minLength: 1 }),
});

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1)
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
}

test.prop([elements, limits, pace])(
  'every element gets exactly its own result, bad ones alone fail, in order, never too many at once',
  async (all, limit, { pauses, turns: durations }) => {
    const begun: number[] = [];
    const done: number[] = [];
    let underWay = 0;
    let batches = 0;
    const batcher = createBatcher({
      name: 'property',
      ...limit,
      maxQueue: 1_000,
      isolate: (error) => error instanceof BadElement,
      runBatch: async (items: Element[]) => {
        underWay += 1;
        expect(underWay).toBeLessThanOrEqual(limit.maxInFlight);
        expect(items.length).toBeLessThanOrEqual(limit.maxBatchSize);
        begun.push(...items.map(({ id }) => id).filter((id) => !begun.includes(id)));
        batches += 1;
        await turns(durations[batches % durations.length] ?? 0);
        underWay -= 1;
        // As in a transaction: one bad element undoes the whole batch.
        if (items.some(({ bad }) => bad)) throw new BadElement();
        done.push(...items.map(({ id }) => id));
        return items.map(({ id }) => `result of ${id}`);
      },
    });

    const submitted: Promise<PromiseSettledResult<string>[]>[] = [];
    for (const [index, element] of all.entries()) {
      submitted.push(Promise.allSettled([batcher.submit(element)]));
      await turns(pauses[index % pauses.length] ?? 0);
    }
    const outcomes = (await Promise.all(submitted)).flat();
    await batcher.close();

    for (const [index, { id, bad }] of all.entries()) {
      const outcome = outcomes[index];
      if (bad)
        expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(BadElement) });
      else expect(outcome).toEqual({ status: 'fulfilled', value: `result of ${id}` });
    }
    // First come, first served; nothing done twice, nothing bad done.
    expect(begun).toEqual(all.map(({ id }) => id));
    expect([...done].sort((a, b) => a - b)).toEqual(
      all.filter(({ bad }) => !bad).map(({ id }) => id),
    );
    expect(batcher.stats()).toEqual({ waiting: 0, inFlight: 0, oldestMs: 0 });
  },
);
