import { afterAll, beforeAll, expect, test } from 'vitest';
import { idsOf, nextQuery, type Operating, startOperating } from './operating.ts';

let on: Operating;
beforeAll(async () => {
  on = await startOperating();
});
afterAll(() => on?.close());

const PATH = '/admin/warehouse-syncs';

test('asked for, a run waits for a worker; who asks again for the same is told the same', async () => {
  const first = await on.send('POST', PATH, { dryRun: true });
  expect(first.status).toBe(202);
  expect(first.body).toMatchObject({
    state: 'requested',
    dryRun: true,
    force: false,
    actor: 'operator:olga',
  });
  const id = String(first.body['id']);
  expect(first.headers['location']).toBe(`${PATH}/${id}`);
  expect((await on.send('POST', PATH, { dryRun: true })).body['id']).toBe(id);
  const other = await on.send('POST', PATH, { force: true });
  expect(other.body['id']).not.toBe(id);
  expect(idsOf(await on.get(PATH))).toEqual([other.body['id'], id]);
  const page = await on.get(`${PATH}?limit=1`);
  expect(idsOf(await on.get(`${PATH}${nextQuery(page)}`))).toEqual([id]);
});

test('without a body a run is asked for that does what it finds, and is not forced', async () => {
  const { status, body, headers } = await on.send('POST', PATH);
  expect(status).toBe(202);
  expect(body).toMatchObject({ state: 'requested', dryRun: false, force: false });
  expect(headers['location']).toBe(`${PATH}/${String(body['id'])}`);
});

test('a run is shown with its rows, page by page', async () => {
  const { body } = await on.send('POST', PATH, {});
  const id = String(body['id']);
  await on.catalogue.database.prisma.warehouseSyncRow.createMany({
    data: [
      { syncId: id, n: 2, outcome: 'changed', sku: 'PEN-1', before: 4n, after: 3n },
      { syncId: id, n: 5, outcome: 'unknown', sku: 'INK-1' },
      { syncId: id, n: 9, outcome: 'bad', detail: 'not a row' },
    ],
  });
  const first = await on.get(`${PATH}/${id}?limit=2`);
  expect(first.body).toMatchObject({
    id,
    state: 'requested',
    rows: [
      { n: 2, outcome: 'changed', sku: 'PEN-1', before: 4, after: 3 },
      { n: 5, outcome: 'unknown', before: null },
    ],
  });
  const second = await on.get(`${PATH}/${id}${nextQuery(first)}`);
  expect(second.body).toMatchObject({ rows: [{ n: 9, detail: 'not a row' }], nextCursor: null });
});

test('a cursor of one run is none of another', async () => {
  const { body } = await on.get(PATH);
  const [{ id: one } = { id: '' }, { id: other } = { id: '' }] = Array.isArray(body['data'])
    ? body['data']
    : [];
  await on.catalogue.database.prisma.warehouseSyncRow.createMany({
    data: [7, 8].map((n) => ({ syncId: other, n, outcome: 'bad' })),
  });
  const page = await on.get(`${PATH}/${other}?limit=1`);
  expect((await on.get(`${PATH}/${other}${nextQuery(page)}`)).status).toBe(200);
  const crossed = await on.get(`${PATH}/${one}${nextQuery(page)}`);
  expect([crossed.status, crossed.body['type']]).toEqual([400, '/problems/invalid-cursor']);
});

test('what is not known is 404 or refused, and customers see nothing', async () => {
  expect((await on.get(`${PATH}/01939f2c-1f4e-7a10-9c7a-2b1c0d9e8f7a`)).status).toBe(404);
  expect((await on.send('POST', PATH, { fast: true })).status).toBe(400);
  expect((await on.api.ask({ url: PATH })).status).toBe(403);
});
