import { createDatabase, type Database } from '@orders/database/client';
import { isDataError, isUnavailable, sqlState } from '@orders/database/sql-state';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';
import { startProxy, type Proxy } from './start-proxy.ts';

let database: TestDatabase;
let proxy: Proxy;
const opened: Database[] = [];
beforeAll(async () => {
  database = await startDatabase();
  proxy = await startProxy(database.url);
  await database.sql('CREATE TABLE notes (n INT PRIMARY KEY)');
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});
afterAll(async () => {
  await proxy.close();
  await database.close();
});

function open({
  poolSize = 1,
  statementTimeoutMs = 400,
  connectTimeoutMs = 5_000,
  url = database.url,
} = {}): Database {
  const limits = { poolSize, statementTimeoutMs, connectTimeoutMs };
  const each = createDatabase({ url, applicationName: 'client', ...limits });
  opened.push(each);
  return each;
}

const errorOf = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('did not fail');
};

test('what failed in a frozen network is not committed by the next transaction on its connection', async () => {
  const { prisma } = open({ url: proxy.url });
  const error = await errorOf(
    prisma.$transaction(async (tx) => {
      await tx.$executeRaw`INSERT INTO notes VALUES (1)`;
      const sleep = tx.$executeRaw`SELECT pg_sleep(0.35)`;
      // Sent, but never answered.
      setTimeout(() => proxy.hold(), 100);
      await sleep;
    }),
  );
  expect(isUnavailable(error)).toBe(true);
  proxy.letGo();
  await prisma.$transaction((tx) => tx.$executeRaw`INSERT INTO notes VALUES (2)`);
  expect(await database.sql('SELECT n FROM notes')).toEqual([{ n: 2 }]);
});

test('when every connection is busy it is reported as unavailable in time, and nothing leaks', async () => {
  const pool = open({ poolSize: 3, statementTimeoutMs: 5_000, connectTimeoutMs: 400 });
  await Promise.all(times(3, () => pool.ping()));
  const busy = times(3, () =>
    pool.prisma.$transaction((tx) => tx.$executeRaw`SELECT pg_sleep(1.5)`),
  );
  await new Promise<void>((resolve) => setImmediate(resolve));
  const began = performance.now();
  const errors = await Promise.all(
    times(20, (n) =>
      errorOf(
        n % 2 === 0 ? pool.ping() : pool.prisma.$transaction((tx) => tx.$executeRaw`SELECT 1`),
      ),
    ),
  );
  expect(performance.now() - began).toBeLessThan(1_500);
  for (const error of errors) expect(isUnavailable(error)).toBe(true);
  await Promise.all(busy);
  await Promise.all(times(30, () => pool.ping()));
  const [connections] = await database.sql(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'client' AND state <> 'idle'`,
  );
  expect(connections).toEqual({ n: 0 });
});

test('connections that the server ends, idle or in a transaction, are replaced without a crash', async () => {
  const pool = open({ poolSize: 3, statementTimeoutMs: 5_000 });
  await Promise.all(times(3, () => pool.ping()));
  // Listened to from the beginning: it may end before the statement that ends it is answered.
  const ended = errorOf(pool.prisma.$transaction((tx) => tx.$executeRaw`SELECT pg_sleep(3)`));
  await expect
    .poll(() =>
      database.sql(
        `SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(3)' AND state = 'active'`,
      ),
    )
    .toHaveLength(1);
  await database.sql(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'client'`,
  );
  expect(isUnavailable(await ended)).toBe(true);
  await expect
    .poll(() =>
      pool.ping().then(
        () => 'answers',
        () => 'fails',
      ),
    )
    .toBe('answers');
  await Promise.all(times(10, () => pool.ping()));
});

test('a transaction that idles is ended by the server, and its locks with it', async () => {
  const { prisma } = open({ statementTimeoutMs: 200 });
  const error = await errorOf(
    prisma.$transaction(async (tx) => {
      await tx.$executeRaw`LOCK TABLE notes IN ACCESS EXCLUSIVE MODE`;
      await expect
        .poll(() =>
          database.sql(
            `SELECT 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 'notes'::regclass`,
          ),
        )
        .toEqual([]);
      await tx.$executeRaw`INSERT INTO notes VALUES (3)`;
    }),
  );
  expect(isUnavailable(error)).toBe(true);
  await prisma.$executeRaw`INSERT INTO notes VALUES (4)`;
});

test.each([
  ['a time-out of the statement', `SELECT pg_sleep(5)`, '57014', 'unavailable'],
  ['a division by zero', `SELECT 1 / 0`, '22012', 'data'],
  ['a broken unique index', `INSERT INTO notes VALUES (2)`, '23505', 'data'],
  ['a text that is no number', `SELECT 'x'::int`, '22P02', 'data'],
  ['a table that is not there', `SELECT * FROM nowhere`, '42P01', 'neither'],
])('%s is told by its SQLSTATE', async (_, statement, state, sort) => {
  const { prisma } = open();
  const inside = await errorOf(prisma.$transaction((tx) => tx.$queryRawUnsafe(statement)));
  const outside = await errorOf(prisma.$queryRawUnsafe(statement));
  for (const error of [inside, outside]) {
    expect(sqlState(error)).toBe(state);
    expect(isUnavailable(error)).toBe(sort === 'unavailable');
    expect(isDataError(error)).toBe(sort === 'data');
  }
});

test('a server that is not there is reported as unavailable in time, by a pool and by a transaction', async () => {
  const url = new URL(database.url);
  url.port = '1';
  const pool = open({ url: url.href, connectTimeoutMs: 300 });
  for (const attempt of [
    () => pool.ping(),
    () => pool.prisma.$transaction((tx) => tx.$executeRaw`SELECT 1`),
    () => pool.prisma.product.count(),
  ]) {
    const began = performance.now();
    expect(isUnavailable(await errorOf(attempt()))).toBe(true);
    expect(performance.now() - began).toBeLessThan(1_500);
  }
});

test('a pool that was closed reports that, and closing it twice is fine', async () => {
  const pool = open();
  await pool.ping();
  await pool.close();
  await pool.close();
});
