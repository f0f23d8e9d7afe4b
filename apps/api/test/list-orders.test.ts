import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, build, type TestApi } from './build.ts';
import { type CatalogueDatabase, KEYBOARD, startCatalogueDatabase } from './catalogue.ts';
import { addStock, complete } from './drive-order.ts';
import { bearer, operatorBearer } from './tokens.ts';

let catalogue: CatalogueDatabase;
let api: TestApi;
/** Of anna, the oldest first; the first two are completed. */
const ids: string[] = [];
let anna: string;
let bert: string;
let olga: string;

beforeAll(async () => {
  [anna, bert, olga] = await Promise.all([bearer('anna'), bearer('bert'), operatorBearer()]);
  catalogue = await startCatalogueDatabase();
  api = await build({ env: { DATABASE_URL: catalogue.url } });
  await addStock(catalogue.database, KEYBOARD, 1_000);
  for (let quantity = 1; quantity <= 7; quantity += 1) ids.push(await placeFor(anna, quantity));
  await placeFor(bert, 1);
  for (const id of ids.slice(0, 2)) await complete(catalogue.database, id);
});

afterAll(async () => {
  await api?.close();
  await catalogue?.close();
});

async function placeFor(authorization: string, quantity: number): Promise<string> {
  const { body } = await api.place({ items: [{ sku: KEYBOARD, quantity }] }, { authorization });
  return String(body['id']);
}

const list = (query: string, authorization = anna): Promise<Answer> =>
  api.ask({ url: `/orders${query}`, headers: { authorization } });

const idsOf = ({ body }: Answer): unknown[] =>
  Array.isArray(body['data']) ? body['data'].map((order) => order.id) : [];

/** Follows the links, as a client does that knows nothing of cursors. */
async function walk(query: string, authorization = anna): Promise<unknown[][]> {
  const pages: unknown[][] = [];
  let next: string | undefined = query;
  while (next !== undefined) {
    const answer: Answer = await list(next, authorization);
    expect(answer.status).toBe(200);
    pages.push(idsOf(answer));
    const link: string | undefined = /^<\/orders(\?[^>]+)>; rel="next"$/.exec(
      String(answer.headers['link']),
    )?.[1];
    expect(answer.body['nextCursor'] === null).toBe(link === undefined);
    next = link;
  }
  return pages;
}

describe('GET /orders', () => {
  test('gives the own orders, newest first, as a read of each does', async () => {
    const answer = await list('');
    expect(idsOf(answer)).toEqual(ids.toReversed());
    expect(answer.body['nextCursor']).toBeNull();
    expect(answer.headers['link']).toBeUndefined();
    expect(answer.headers['cache-control']).toBe('no-store');
    const one = await api.ask({ url: `/orders/${ids[6]}`, headers: { authorization: anna } });
    expect(answer.body['data']).toEqual(expect.arrayContaining([one.body]));
  });

  test('leads from page to page by links, and each order is on one', async () => {
    expect((await walk('?limit=3')).map(({ length }) => length)).toEqual([3, 3, 1]);
    expect((await walk('?limit=7')).map(({ length }) => length)).toEqual([7]);
    expect((await walk('?limit=2')).flat()).toEqual(ids.toReversed());
  });

  test('a cursor carries its filters; they may be repeated', async () => {
    expect((await walk('?limit=1&status=completed')).flat()).toEqual([ids[1], ids[0]]);
    const { body } = await list('?limit=1&status=completed');
    const again = `?status=completed&limit=100&cursor=${String(body['nextCursor'])}`;
    expect(idsOf(await list(again))).toEqual([ids[0]]);
  });

  test('filters by time', async () => {
    const { order } = catalogue.database.prisma;
    const { createdAt } = await order.findUniqueOrThrow({ where: { id: ids[3] ?? '' } });
    const time = createdAt.toISOString();
    expect((await walk(`?createdFrom=${time}&limit=2`)).flat()).toEqual(ids.slice(3).toReversed());
    expect((await walk(`?createdTo=${time}&limit=2`)).flat()).toEqual(ids.slice(0, 3).toReversed());
    const both = `?createdFrom=${time}&createdTo=${new Date(createdAt.getTime() + 1).toISOString()}`;
    expect((await walk(both)).flat()).toEqual([ids[3]]);
    expect(idsOf(await list('?createdFrom=9999-12-31T23:59:59.999Z'))).toEqual([]);
    expect(idsOf(await list('?createdFrom=0000-01-01T00:00:00Z'))).toHaveLength(7);
  });

  test('an operator sees the orders of all customers, or of one', async () => {
    expect(idsOf(await list('', olga))).toHaveLength(8);
    expect(idsOf(await list('?customerId=anna&status=pending', olga))).toHaveLength(5);
    expect((await walk('?customerId=bert&limit=1', olga)).flat()).toHaveLength(1);
    expect(idsOf(await list('?customerId=nobody', olga))).toEqual([]);
  });

  test('orders placed while a client walks neither repeat nor hide any', async () => {
    const carl = await bearer('carl');
    const before: string[] = [];
    for (let n = 1; n <= 20; n += 1) before.push(await placeFor(carl, n));
    let placing = true;
    const others = Promise.all(
      [100, 400, 700].map(async (from) => {
        for (let n = from; placing && n < from + 300; n += 1) await placeFor(carl, n);
      }),
    );
    const seen = (await walk('?limit=1', carl)).flat();
    placing = false;
    await others;
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.slice(-20)).toEqual(before.toReversed());
  });
});

describe('a list that cannot be', () => {
  test.each([
    '?limit=0',
    '?limit=-1',
    '?limit=101',
    '?limit=1e9',
    '?limit=1000000000',
    '?limit=abc',
    '?limit=',
    '?limit=+5',
    '?limit=5&limit=5',
    '?limit=05',
    '?limit=1.0',
    '?status=Pending',
    '?status=',
    '?status=pending&status=failed',
    '?createdFrom=yesterday',
    '?createdFrom=2026-11-20',
    '?createdTo=2026-02-30T00:00:00Z',
    '?createdTo=2026-11-20T00:00:00',
    '?cursor=',
    '?verbose=1',
    '?__proto__=1',
    '?status[]=pending',
    '?customerId=%00',
  ])('%s is refused', async (query) => {
    const { status, body } = await list(query, olga);
    expect([status, body['type']]).toEqual([400, '/problems/validation-error']);
  });

  test("a customer cannot ask for another's orders, nor for his own by name", async () => {
    for (const customerId of ['bert', 'anna']) {
      const { status, body } = await list(`?customerId=${customerId}`);
      expect([status, body['type']]).toEqual([400, '/problems/validation-error']);
      expect(body['errors']).toMatchObject([{ pointer: '/customerId' }]);
    }
  });
});

describe('a cursor is refused', () => {
  const refuse = async (cursor: string, authorization = anna, rest = '') => {
    const { status, body } = await list(`?cursor=${cursor}${rest}`, authorization);
    expect([cursor, status, body['type']]).toEqual([cursor, 400, '/problems/invalid-cursor']);
  };
  const cursorOf = async (query: string, authorization = anna) =>
    String((await list(query, authorization)).body['nextCursor']);

  test('when any character of it was changed, added or cut off', async () => {
    const cursor = await cursorOf('?limit=1&status=pending');
    for (let at = 0; at < cursor.length; at += 3) {
      const other = cursor[at] === 'A' ? 'B' : 'A';
      await refuse(cursor.slice(0, at) + other + cursor.slice(at + 1));
    }
    for (const forged of [`${cursor}A`, `${cursor}%3D`, `%20${cursor}`, cursor.slice(0, -1)]) {
      await refuse(forged);
    }
  });

  test('when it was made up', async () => {
    const payload = JSON.stringify([{ customerId: 'bert' }, ['2030-01-01T00:00:00.000Z', ids[0]]]);
    await refuse(Buffer.from(payload).toString('base64url'));
    await refuse(Buffer.from(`${'x'.repeat(16)}${payload}`).toString('base64url'));
    await refuse('null');
    await refuse('A'.repeat(5_000));
  });

  test("when it is another's, of another list, or of other filters", async () => {
    await refuse(await cursorOf('?limit=1'), bert);
    await refuse(await cursorOf('?limit=1', olga), anna);
    await refuse(await cursorOf('?limit=1', anna), olga);
    await refuse(await cursorOf('?limit=1&status=pending'), anna, '&status=completed');
    await refuse(await cursorOf('?limit=1'), anna, '&createdFrom=2020-01-01T00:00:00Z');
    const { body } = await api.ask({
      url: '/admin/inventory?limit=1',
      headers: { authorization: olga },
    });
    if (typeof body['nextCursor'] === 'string') await refuse(body['nextCursor'], olga);
  });

  test('when the secret is another one', async () => {
    const CURSOR_SECRET = randomBytes(48).toString('base64');
    const env = { DATABASE_URL: catalogue.url, CURSOR_SECRET };
    const other = await build({ env });
    try {
      const url = `/orders?cursor=${await cursorOf('?limit=1')}`;
      const { status } = await other.ask({ url, headers: { authorization: anna } });
      expect(status).toBe(400);
    } finally {
      await other.close();
    }
  });
});
