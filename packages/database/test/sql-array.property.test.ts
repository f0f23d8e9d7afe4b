import { plainArray, textArray, timeArray, tokenArray } from '@orders/database/sql-array';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDatabase, type TestDatabase } from './start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());

/** What PostgreSQL understands, as JSON, so that nobody's idea of an array is asked but its own. */
async function readBack(literal: string, type: string): Promise<unknown> {
  const [row] = await database.sql<{ back: unknown }>(`SELECT to_json($1::${type}[]) AS back`, [
    literal,
  ]);
  return row?.back;
}

/** All that PostgreSQL can store as text: no U+0000, no half of a surrogate pair. */
const texts = fc
  .string({ unit: 'binary' })
  .filter((text) => !text.includes('\0') && text.isWellFormed());
const awkward = fc.constantFrom('', 'NULL', 'null', '"', '\\', '{}', ',', ' ', "'", '{"a"}', '\\"');

test('any text goes in and comes back, NULL and what looks like it apart', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(texts, awkward, fc.constant(null))), async (values) => {
      expect(await readBack(textArray(values), 'text')).toEqual(values);
    }),
    { numRuns: 300 },
  );
});

test('UUIDs and digests go in without quotes and come back', async () => {
  const digest = fc.stringMatching(/^[\w-]{22}$/);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uuid()), fc.array(digest), async (ids, digests) => {
      expect(await readBack(tokenArray(ids), 'uuid')).toEqual(ids);
      expect(await readBack(tokenArray(digests), 'text')).toEqual(digests);
    }),
  );
});

test('numbers, booleans and times go in and come back', async () => {
  const whole = fc.option(fc.maxSafeInteger());
  await fc.assert(
    fc.asyncProperty(fc.array(whole), fc.array(fc.option(fc.boolean())), async (some, others) => {
      expect(await readBack(plainArray(some), 'bigint')).toEqual(some);
      expect(await readBack(plainArray(others), 'boolean')).toEqual(others);
    }),
    { numRuns: 100 },
  );
  const times = [new Date(0), new Date('2026-02-28T23:59:59.999Z')];
  const back = await readBack(timeArray(times), 'timestamptz');
  expect(Array.isArray(back) && back.map((time) => new Date(String(time)))).toEqual(times);
});
