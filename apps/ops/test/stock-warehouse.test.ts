import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createDatabase, type Database } from '@orders/database/client';
import { migrate } from '@orders/database/migrate';
import { seedCatalogue } from '@orders/database/seed-catalogue';
import { startTestPostgres, type TestPostgres } from '@orders/local-services/start-test-postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { stockSimulatedWarehouse } from '../src/start/stock-warehouse.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');
const stop = new AbortController().signal;

let folder: string;
let postgres: TestPostgres;
let database: Database;
let simulator: ChildProcess;
let url: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'stock-warehouse-'));
  postgres = await startTestPostgres();
  await migrate(postgres.url, { directory: path.join(REPOSITORY, 'prisma/migrations') });
  database = createDatabase({ url: postgres.url, poolSize: 2, applicationName: 'test' });
  await seedCatalogue(database, { count: 1_050, stock: 40 });
  const child = spawn(process.execPath, [path.join(REPOSITORY, 'apps/simulator/dist/main.js')], {
    env: { NODE_ENV: 'test', PORT: '0', LEDGER_FILE: path.join(folder, 'ledger.ndjson') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  simulator = child;
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
  url = z.object({ url: z.url() }).parse(JSON.parse(String(line))).url;
});
afterAll(async () => {
  simulator.kill('SIGKILL');
  await once(simulator, 'exit');
  await database.close();
  await postgres.close();
  await rm(folder, { recursive: true });
});

const feedSchema = z.object({
  rows: z.array(z.object({ sku: z.string(), onHand: z.int(), salesIncluded: z.int() })),
});
async function readShelves() {
  return feedSchema.parse(await (await fetch(`${url}/warehouse/stock?limit=5000`)).json()).rows;
}

async function put(route: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url + route, { method: 'PUT', headers, body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
}

test('every SKU lies on the shelf as it is on hand, the sales having left', async () => {
  // As if three had been sold: a seed is a count of what is there then.
  await database.prisma.inventory.update({
    where: { sku: 'CHAIR-0001' },
    data: { onHand: 37, sold: 3 },
  });
  expect(await stockSimulatedWarehouse(database, url, stop)).toBe(1_050);
  const rows = await readShelves();
  expect(rows).toHaveLength(1_050);
  expect(rows.filter(({ onHand }) => onHand !== 40)).toEqual([
    { sku: 'CHAIR-0001', onHand: 37, salesIncluded: 3 },
  ]);
});

test('at the next start it leaves alone what the warehouse knows, even if it is faulty', async () => {
  await put('/warehouse/stock', { rows: [{ sku: 'MOUSE-0001', onHand: 1 }] });
  await seedCatalogue(database, { count: 1_060, stock: 50 });
  await put('/faults', { faults: 'warehouse.503=0.3,warehouse.drop=0.2' });
  expect(await stockSimulatedWarehouse(database, url, stop)).toBe(10);
  await put('/faults', { faults: '' });
  const rows = await readShelves();
  expect(rows.find(({ sku }) => sku === 'MOUSE-0001')?.onHand).toBe(1);
  expect(rows.filter(({ onHand }) => onHand === 50)).toHaveLength(10);
});

test('a stop ends the trying', async () => {
  const stopping = new AbortController();
  const stocking = stockSimulatedWarehouse(database, 'http://127.0.0.1:1', stopping.signal);
  stopping.abort(new Error('stopped'));
  await expect(stocking).rejects.toThrow(/stopped|aborted/);
});
