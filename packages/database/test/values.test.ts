import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDatabase, type TestDatabase } from './start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase({ poolSize: 1 });
});
afterAll(() => database.close());

// The batched statements hand everything over as typed arrays. Each value has to arrive as it is,
// twice: the second time by the prepared statement.
async function twice(read: () => Promise<unknown>): Promise<unknown> {
  const first = await read();
  expect(await read()).toEqual(first);
  return first;
}

test('texts arrive as they are: null, empty, quotes, braces, commas, backslashes, any language', async () => {
  const texts = [
    null,
    '',
    ' ',
    'NULL',
    'null',
    '"',
    "'",
    '\\',
    '\\"',
    '{a,b}',
    'a,b',
    '\n\t',
    'ü',
    '🚪',
    '☃\u2028',
    '{}',
    '{"a":null}',
  ];
  const rows = await twice(
    () => database.prisma.$queryRaw`SELECT t FROM unnest(${texts}::text[]) AS t`,
  );
  expect(rows).toEqual(texts.map((t) => ({ t })));
});

test('an array of nothing but nulls, and an empty one, keep their types', async () => {
  for (const texts of [[null], [null, null], []]) {
    const rows = await database.prisma.$queryRaw`
      SELECT t, b, n, d FROM unnest(${texts}::text[], ${texts}::boolean[], ${texts}::int[], ${texts}::timestamptz[]) AS u(t, b, n, d)`;
    expect(rows).toEqual(texts.map(() => ({ t: null, b: null, n: null, d: null })));
  }
});

test('booleans arrive as they are between nulls', async () => {
  const booleans = [true, null, false, false, null, true];
  const rows = await twice(
    () => database.prisma.$queryRaw`SELECT b FROM unnest(${booleans}::boolean[]) AS b`,
  );
  expect(rows).toEqual(booleans.map((b) => ({ b })));
});

test('integers arrive exactly, as numbers and as bigints, up to the limits', async () => {
  const numbers = [0, -1, 2 ** 31, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
  const bigints = [0n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)];
  expect(
    await twice(() => database.prisma.$queryRaw`SELECT n FROM unnest(${numbers}::bigint[]) AS n`),
  ).toEqual(numbers.map((n) => ({ n: BigInt(n) })));
  expect(
    await twice(
      () => database.prisma.$queryRaw`SELECT n FROM unnest(${bigints.map(String)}::bigint[]) AS n`,
    ),
  ).toEqual(bigints.map((n) => ({ n })));
  expect(
    await twice(
      () =>
        database.prisma.$queryRaw`SELECT array_agg(n) AS ns FROM unnest(${numbers}::bigint[]) AS n`,
    ),
  ).toEqual([{ ns: numbers.map(BigInt) }]);
});

test('times arrive to the millisecond, whatever zone this process is in', async () => {
  const times = [
    new Date(0),
    new Date('2026-03-29T01:59:59.999Z'),
    new Date('2026-10-25T00:30:00.001Z'),
    null,
  ];
  const rows = await twice(
    () =>
      database.prisma
        .$queryRaw`SELECT t, extract(epoch FROM t)::float8 AS seconds FROM unnest(${times}::timestamptz[]) AS t`,
  );
  expect(rows).toEqual(times.map((t) => ({ t, seconds: t === null ? null : t.getTime() / 1_000 })));
});

test('ids arrive as ids, and many thousands of them', async () => {
  const ids = Array.from(
    { length: 5_000 },
    (_, n) => `01a1f731-0eb5-70f9-8bb5-${n.toString(16).padStart(12, '0')}`,
  );
  const rows = await twice(
    () =>
      database.prisma
        .$queryRaw`SELECT count(DISTINCT id)::int AS n, min(id::text) AS first FROM unnest(${ids}::uuid[]) AS id`,
  );
  expect(rows).toEqual([{ n: 5_000, first: ids[0] }]);
});

test('the same statement takes numbers of other sizes and signs each time it is run', async () => {
  for (const n of [1, 2 ** 40, -5, 0.5, 1e9]) {
    const rows = await database.prisma
      .$queryRaw`SELECT ${n} * interval '1 millisecond' > interval '0' AS positive`;
    expect(rows).toEqual([{ positive: n > 0 }]);
  }
});
