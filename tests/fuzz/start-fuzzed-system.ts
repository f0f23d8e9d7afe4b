import { PROBLEMS } from '@orders/domain/problems';
import { addDeadLetter } from '../authorisation/add-dead-letter.ts';
import { OTHER, OWNER } from '../authorisation/bearer-tokens.ts';
import { findApi } from '../authorisation/find-api.ts';
import { nameAt } from './plan-request.ts';
import { startStores, type Stores } from '../harness/start-stores.ts';
import { startSystem, type System } from '../harness/start-system.ts';
import { createHearsay, type Hearsay } from './hearsay.ts';
import { type OpenApi, readDocument } from './open-api.ts';

const DEAD_LETTERS = 30;
const PENDING_ORDERS = 20;

export interface FuzzedSystem {
  readonly stores: Stores;
  readonly system: System;
  readonly port: number;
  readonly document: OpenApi;
  readonly hearsay: Hearsay;
  /** `keepLogs`: the system's folder stays. */
  close(options?: { readonly keepLogs?: boolean }): Promise<void>;
}

/**
 * An api with PostgreSQL and Redis but no worker: what changes is changed by requests alone. There
 * are products and dead letters to ask for.
 */
export async function startFuzzedSystem(): Promise<FuzzedSystem> {
  const stores = await startStores();
  const system = await startSystem({
    stores,
    workers: [],
    // An enqueue that takes longer would be noted in the order's row, whenever that is.
    api: { env: { ENQUEUE_DEADLINE_MS: '5000' } },
  });
  const hearsay = createHearsay();
  for (const { sku } of await system.database.prisma.product.findMany()) hearsay.add('sku', sku);
  for (const slug of Object.keys(PROBLEMS)) hearsay.add(nameAt('/problems', 'slug'), slug);
  for (let n = 0; n < DEAD_LETTERS; n += 1) {
    hearsay.add(nameAt('/admin/dead-letters', 'id'), await addDeadLetter(system));
  }
  for (let n = 0; n < PENDING_ORDERS; n += 1) {
    const customerId = n % 2 === 0 ? OWNER : OTHER;
    const items = [{ sku: system.sku, quantity: n + 1 }];
    const orderId = await system.client.place({ customerId, items });
    hearsay.learn('/orders', { id: orderId }, '"1"');
  }
  const { url } = await findApi(system);
  return {
    stores,
    system,
    port: Number(new URL(url).port),
    document: await readDocument(url),
    hearsay,
    close: async (options) => {
      await system.close(options);
      await stores.close();
    },
  };
}
