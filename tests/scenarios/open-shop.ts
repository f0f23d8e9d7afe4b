import { randomUUID } from 'node:crypto';
import {
  type Order,
  type OrderEvent,
  orderEventSchema,
  orderSchema,
} from '@orders/domain/contracts/order';
import { type StockDetails, stockDetailsSchema } from '@orders/domain/contracts/inventory';
import { orderMetricsSchema } from '@orders/domain/contracts/order-metrics';
import { orderListSchema } from '@orders/domain/contracts/order-requests';
import { warehouseSyncDetailsSchema } from '@orders/domain/contracts/warehouse-sync';
import type { OrderStatus } from '@orders/domain/order-status';
import { waitUntil } from '@orders/local-services/wait-until';
import { mintToken } from '../harness/mint-token.ts';
import type { Wish } from '../harness/remembering-client.ts';
import { startStores } from '../harness/start-stores.ts';
import { startSystem, type System, type SystemOptions } from '../harness/start-system.ts';

interface Asking {
  /** Who asks; an operator without it. */
  readonly as?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A system, seen from outside alone: by its customers and its operator. */
export interface Shop {
  readonly system: System;
  ask(method: string, path: string, asking?: Asking): Promise<Told>;
  /** Places an order with a key of its own and returns it as it was answered. */
  place(about?: Partial<Pick<Wish, 'items' | 'simulate' | 'customerId'>>): Promise<Order>;
  read(orderId: string): Promise<Order>;
  /** The first page of `GET /orders`. */
  list(query: string, as?: string): Promise<Order[]>;
  /** Waits until an order shows one of these statuses. */
  until(orderId: string, ...wanted: OrderStatus[]): Promise<Order>;
  log(orderId: string): Promise<OrderEvent[]>;
  metrics(): Promise<ReturnType<typeof orderMetricsSchema.parse>>;
  /** Puts a product on offer that there is nothing of yet. Returns its SKU. */
  offer(product: Offer): Promise<string>;
  stockOf(sku: string): Promise<StockDetails>;
  /** Units arrive, or with a minus are gone. */
  addStock(sku: string, delta: number): Promise<void>;
  /** Waits until a sync with the warehouse has ended, and returns what it did. */
  untilSynced(id: string): Promise<ReturnType<typeof warehouseSyncDetailsSchema.parse>>;
  close(): Promise<void>;
}

interface Offer {
  readonly sku: string;
  readonly priceMinor: number;
  readonly categories?: readonly string[];
}

/** Starts a system on stores of its own; one for all scenarios of a file. */
export async function openShop(options: Omit<SystemOptions, 'stores'> = {}): Promise<Shop> {
  const stores = await startStores();
  const system = await startSystem({ ...options, stores }).catch(async (error: unknown) => {
    await stores.close();
    throw error;
  });

  async function ask(method: string, path: string, asking: Asking = {}): Promise<Told> {
    const { as, body, headers } = asking;
    const token = as === undefined ? mintToken('olga', 'orders:operate') : mintToken(as);
    const response = await fetch(`${system.apiUrl}${path}`, {
      method,
      signal: AbortSignal.timeout(10_000),
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? null : JSON.parse(text),
    };
  }

  async function expectOk(method: string, path: string, asking?: Asking): Promise<unknown> {
    const { status, body } = await ask(method, path, asking);
    if (status < 300) return body;
    throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
  }

  const read = async (orderId: string): Promise<Order> =>
    orderSchema.parse(await expectOk('GET', `/orders/${orderId}`));

  return {
    system,
    ask,
    read,
    place: async (about) => {
      const { status, body } = await system.client.insist(system.client.wish(about));
      if (status !== 201) throw new Error(`not placed: ${status} ${JSON.stringify(body)}`);
      return orderSchema.parse(body);
    },
    list: async (query, as) => {
      const asking = as === undefined ? {} : { as };
      return orderListSchema.parse(await expectOk('GET', `/orders${query}`, asking)).data;
    },
    until: (orderId, ...wanted) =>
      waitUntil(
        async () => {
          const order = await read(orderId);
          return wanted.includes(order.status) ? order : null;
        },
        { what: `order ${orderId} to be ${wanted.join(' or ')}`, timeoutMs: 30_000 },
      ),
    log: async (orderId) => eventsIn(await expectOk('GET', `/orders/${orderId}/events`)),
    metrics: async () => orderMetricsSchema.parse(await expectOk('GET', '/metrics')),
    offer: async ({ sku, priceMinor, categories = [] }) => {
      const price = { amount: priceMinor, currency: 'USD' };
      const body = { name: `The ${sku}`, price, active: true, categories };
      await expectOk('PUT', `/products/${sku}`, { body });
      return sku;
    },
    stockOf: async (sku) =>
      stockDetailsSchema.parse(await expectOk('GET', `/admin/inventory/${sku}`)),
    addStock: async (sku, delta) => {
      await expectOk('POST', `/admin/inventory/${sku}/adjustments`, {
        body: { delta, reason: 'counted' },
        headers: { 'idempotency-key': randomUUID() },
      });
    },
    untilSynced: (id) =>
      waitUntil(
        async () => {
          const body = await expectOk('GET', `/admin/warehouse-syncs/${id}`);
          const sync = warehouseSyncDetailsSchema.parse(body);
          return sync.finishedAt === null ? null : sync;
        },
        { what: `sync ${id} to end`, timeoutMs: 20_000 },
      ),
    close: async () => {
      await system.close();
      await stores.close();
    },
  };
}

function eventsIn(body: unknown): OrderEvent[] {
  if (typeof body !== 'object' || body === null || !('data' in body) || !Array.isArray(body.data)) {
    throw new Error(`no log: ${JSON.stringify(body)}`);
  }
  return body.data.map((event) => orderEventSchema.parse(event));
}
