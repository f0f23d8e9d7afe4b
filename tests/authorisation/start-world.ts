import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStores } from '../harness/start-stores.ts';
import { startSystem, type System } from '../harness/start-system.ts';
import { addDeadLetter } from './add-dead-letter.ts';
import { OWNER } from './bearer-tokens.ts';
import { findApi } from './find-api.ts';
import { readRoutes, type Routes, tellRoutesTo } from './read-routes.ts';

/** What there is to be asked for, and what there can be made. */
export interface World {
  readonly system: System;
  readonly url: string;
  readonly internalUrl: string;
  readonly routes: Routes;
  readonly sku: string;
  /** A product as it is, so that writing it again changes nothing. */
  readonly product: { readonly sku: string; readonly body: object };
  createName(): string;
  /** Items that nobody has ordered yet. */
  createBasket(): { sku: string; quantity: number }[];
  /** A pending order of the owner; resolves with its id. */
  placeOrder(): Promise<string>;
  /** Resolves with its id. */
  addDeadLetter(): Promise<string>;
  /** Resolves with the id of a sync that was asked for. */
  requestSync(): Promise<string>;
  close(): Promise<void>;
}

/** A running api without workers: nothing happens to what is made here. */
export async function startWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'orders-routes-'));
  const routesFile = join(folder, 'routes.ndjson');
  const stores = await startStores();
  const api = { env: tellRoutesTo(routesFile) };
  const system = await startSystem({ stores, workers: [], api });
  const { client, sku, database } = system;
  const product = await database.prisma.product.findUniqueOrThrow({ where: { sku } });
  const { url, internalUrl } = await findApi(system);
  // The queue board is not there before somebody looks at it.
  await fetch(`${internalUrl}/queues`);
  let baskets = 0;

  function createBasket(): { sku: string; quantity: number }[] {
    baskets += 1;
    return [{ sku, quantity: baskets }];
  }

  return {
    system,
    url,
    internalUrl,
    routes: await readRoutes(routesFile),
    sku,
    product: {
      sku,
      body: {
        name: product.name,
        price: { amount: Number(product.priceMinor), currency: product.currency },
        active: product.active,
        categories: [],
      },
    },
    createName: () => `n-${randomUUID()}`,
    createBasket,
    placeOrder: () => client.place({ customerId: OWNER, items: createBasket() }),
    addDeadLetter: () => addDeadLetter(system),
    requestSync: async () => {
      const answer = await client.request('POST', '/admin/warehouse-syncs', {
        body: { dryRun: true },
      });
      return idOf(answer.body);
    },
    close: async () => {
      await system.close();
      await stores.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function idOf(body: unknown): string {
  if (typeof body === 'object' && body !== null && 'id' in body) return String(body.id);
  throw new Error(`no id in ${JSON.stringify(body)}`);
}
