import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createDatabase, type Database } from '@orders/database/client';
import { findStockViolations } from '@orders/database/invariants/find-stock-violations';
import { adjustStock } from '@orders/database/inventory/adjust-stock';
import { migrate } from '@orders/database/migrate';
import { beginOrders } from '@orders/database/orders/begin-orders';
import { placeOrders } from '@orders/database/orders/place-orders';
import { settleOrders } from '@orders/database/orders/settle-orders';
import { seedCatalogue } from '@orders/database/seed-catalogue';
import { fingerprintBasket, hashRequest } from '@orders/domain/basket';
import { PRODUCTION_RETRY_POLICY } from '@orders/domain/retry-policy';
import { startTestPostgres } from '@orders/local-services/start-test-postgres';
import { expect } from 'vitest';
import { z } from 'zod';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');
const firstLineSchema = z.object({ url: z.url() });
const stockSchema = z.object({
  rows: z.array(z.object({ sku: z.string(), onHand: z.int(), salesIncluded: z.int() })),
});

/** PostgreSQL with a seeded catalogue, and a warehouse, the simulator's own process, that knows it. */
export interface WarehouseWorld {
  readonly database: Database;
  readonly databaseUrl: string;
  readonly url: string;
  /** Every product begins with so many units, in the database and on the shelf. */
  readonly skus: readonly string[];
  /** The shelf is counted: so many lie there now. */
  count(onHand: Readonly<Record<string, number>>): Promise<void>;
  /** What the warehouse does wrong from now on; nothing when empty. */
  breakFeed(faults: string): Promise<void>;
  readShelf(sku: string): Promise<{ onHand: number; salesIncluded: number } | undefined>;
  readStock(sku: string): Promise<{ onHand: number; reserved: number; sold: number }>;
  countMovements(): Promise<number>;
  reserve(items: Readonly<Record<string, number>>): Promise<string[]>;
  settle(ids: readonly string[]): Promise<void>;
  /** An order that is placed, paid and completed. */
  sell(items: Readonly<Record<string, number>>): Promise<void>;
  adjust(sku: string, delta: number): Promise<void>;
  expectStockAddsUp(): Promise<void>;
  close(): Promise<void>;
}

/** So many units of each product. */
export const UNITS = 100;

export async function startWorld({ products = 30 } = {}): Promise<WarehouseWorld> {
  const postgres = await startTestPostgres();
  await migrate(postgres.url, { directory: path.join(REPOSITORY, 'prisma/migrations') });
  const database = createDatabase({
    url: postgres.url,
    poolSize: 10,
    applicationName: 'test',
    statementTimeoutMs: 20_000,
    connectTimeoutMs: 20_000,
  });
  await seedCatalogue(database, { count: products, stock: UNITS });
  const known = await database.prisma.inventory.findMany({ orderBy: { sku: 'asc' } });
  const skus = known.map(({ sku }) => sku);
  const folder = await mkdtemp(path.join(tmpdir(), 'warehouse-'));
  const { child, url } = await spawnSimulator(path.join(folder, 'ledger.ndjson'));
  const orders = createOrders(database);
  const send = async (route: string, body: object): Promise<void> => {
    const answer = await fetch(url + route, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${route}: ${answer.status} ${await answer.text()}`);
    await answer.body?.cancel();
  };
  const count: WarehouseWorld['count'] = (onHand) =>
    send('/warehouse/stock', {
      rows: Object.entries(onHand).map(([sku, units]) => ({ sku, onHand: units })),
    });
  await count(Object.fromEntries(skus.map((sku) => [sku, UNITS])));
  let keys = 0;
  return {
    database,
    databaseUrl: postgres.url,
    url,
    skus,
    count,
    ...orders,
    breakFeed: (faults) => send('/faults', { faults }),
    async readShelf(sku) {
      const page = await (await fetch(`${url}/warehouse/stock?limit=5000`)).json();
      return stockSchema.parse(page).rows.find((row) => row.sku === sku);
    },
    async readStock(sku) {
      const row = await database.prisma.inventory.findUniqueOrThrow({ where: { sku } });
      const { onHand, reserved, sold } = row;
      return { onHand: Number(onHand), reserved: Number(reserved), sold: Number(sold) };
    },
    countMovements: () => database.prisma.stockMovement.count({ where: { kind: 'warehouse' } }),
    async adjust(sku, delta) {
      keys += 1;
      const adjustment = { sku, delta, reason: 'test', actor: 'op', idempotencyKey: `${keys}` };
      expect((await adjustStock(database, adjustment)).kind).toBe('adjusted');
    },
    async expectStockAddsUp() {
      expect(await findStockViolations(database.prisma)).toEqual([]);
    },
    async close() {
      child.kill('SIGKILL');
      await once(child, 'exit');
      await database.close();
      await postgres.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function spawnSimulator(ledgerFile: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [path.join(REPOSITORY, 'apps/simulator/dist/main.js')], {
    env: { NODE_ENV: 'test', PORT: '0', LEDGER_FILE: ledgerFile },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = await once(child.stdout.setEncoding('utf8'), 'data');
  child.stdout.resume();
  return { child, url: firstLineSchema.parse(JSON.parse(String(text))).url };
}

type Orders = Pick<WarehouseWorld, 'reserve' | 'settle' | 'sell'>;

/** Takes orders through their life without api, queue and provider. */
function createOrders(database: Database): Orders {
  let customers = 0;
  const reserve: Orders['reserve'] = async (wanted) => {
    customers += 1;
    const items = Object.entries(wanted).map(([sku, quantity]) => ({ sku, quantity }));
    const request = { items, metadata: {}, expectedTotal: null, allowDuplicate: false };
    const order = {
      ...request,
      id: crypto.randomUUID(),
      customerId: `customer-${customers}`,
      actor: 'customer',
      idempotencyKey: null,
      requestHash: hashRequest(request),
      fingerprint: fingerprintBasket(items),
    };
    const [placement] = await placeOrders(database, [order], { duplicateWindowSeconds: 0 });
    expect(placement).toMatchObject({ kind: 'placed' });
    await beginOrders(database, [{ orderId: order.id, dispatch: 1 }], PRODUCTION_RETRY_POLICY);
    return [order.id];
  };
  const settle: Orders['settle'] = async (ids) => {
    const settlements = ids.map((orderId) => ({
      orderId,
      attempt: 1,
      result: { kind: 'captured' as const, chargeId: `charge-${orderId}` },
    }));
    const settled = await settleOrders(database, settlements, PRODUCTION_RETRY_POLICY);
    expect(settled.map(({ status }) => status)).toEqual(ids.map(() => 'completed'));
  };
  return { reserve, settle, sell: async (items) => settle(await reserve(items)) };
}
