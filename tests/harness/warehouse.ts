import { waitUntil } from '@orders/local-services/wait-until';
import { insistOn } from './steer-orders.ts';
import type { System } from './start-system.ts';

export interface SyncRun {
  readonly id: string;
  readonly state: string;
  readonly error: string | null;
  readonly rowsChanged: number;
  readonly rowsBad: number;
  readonly rowsUnknown: number;
}

/** Has the warehouse count its shelves: it finds what we believe is there. */
export async function countShelves({ database, provider }: System): Promise<void> {
  const stock = await database.prisma.inventory.findMany();
  const rows = stock.map(({ sku, onHand }) => ({ sku, onHand: Math.max(0, Number(onHand)) }));
  await provider.call('PUT', '/warehouse/stock', { rows });
}

/** Units arrive at the warehouse, or with a minus are lost there; nobody tells us. */
export async function deliver({ provider }: System, sku: string, quantity: number): Promise<void> {
  await provider.call('POST', '/warehouse/deliveries', { rows: [{ sku, quantity }] });
}

/** Asks for a sync now. Returns its id. */
export async function askForSync(
  system: System,
  options: { force?: boolean } = {},
): Promise<string> {
  const { status, body } = await insistOn(system, 'POST', '/admin/warehouse-syncs', {
    body: options,
  });
  if (status === 202 && typeof body === 'object' && body !== null && 'id' in body) {
    return String(body.id);
  }
  throw new Error(`a sync was refused with ${status}: ${JSON.stringify(body)}`);
}

/** Waits until a sync has ended, well or not. */
export function untilSynced({ database }: System, id: string): Promise<SyncRun> {
  return waitUntil(
    async () => {
      const run = await database.prisma.warehouseSync.findUnique({ where: { id } });
      return run !== null && run.finishedAt !== null ? run : null;
    },
    { what: `sync ${id} to end`, timeoutMs: 30_000 },
  );
}

/** Syncs again and again until one run completes, as the schedule would. Returns it. */
export async function syncUntilCompleted(system: System): Promise<SyncRun> {
  for (let tries = 1; ; tries += 1) {
    const run = await untilSynced(system, await askForSync(system));
    if (run.state === 'completed') return run;
    if (tries === 5) throw new Error(`no sync completes: ${run.state}, ${run.error}`);
  }
}

/** Units of a SKU as we believe. */
export async function readOnHand({ database }: System, sku: string): Promise<number> {
  return Number((await database.prisma.inventory.findUniqueOrThrow({ where: { sku } })).onHand);
}
