import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { createFateBook, type FateBook, restoreFates } from './faults/fate-book.ts';
import type { Weather } from './faults/weather.ts';
import { type Journal, openJournal } from './journal.ts';
import {
  applyCharge,
  applyRefund,
  applyVoid,
  createLedger,
  type Ledger,
} from './payments/ledger.ts';
import {
  chargeRecordSchema,
  refundRecordSchema,
  voidRecordSchema,
} from './payments/ledger-record.ts';
import { applyWarehouseRecord, createWarehouse, type Warehouse } from './warehouse/warehouse.ts';
import {
  receivedRecordSchema,
  snapshotRecordSchema,
  soldRecordSchema,
} from './warehouse/warehouse-record.ts';

/**
 * The outside world: what the partners did, which is in the journal, and how they misbehave, which
 * is not. Whoever changes the ledger or the warehouse goes through `commit`.
 */
export interface World {
  readonly ledger: Ledger;
  readonly warehouse: Warehouse;
  readonly journal: Journal;
  readonly fates: FateBook;
  weather: Weather;
  /** Nothing new may be committed any more. */
  closing: boolean;
}

/** The first line of every ledger file. */
const headerSchema = z.object({ type: z.literal('ledger'), version: z.literal(1), id: z.string() });

const recordSchema = z.discriminatedUnion('type', [
  chargeRecordSchema,
  voidRecordSchema,
  refundRecordSchema,
  soldRecordSchema,
  receivedRecordSchema,
  snapshotRecordSchema,
]);

/**
 * Opens the world of one ledger file, or begins a new one.
 * @param onFailure called when the disk refuses a record.
 * @throws Error when the file is damaged or of another version.
 */
export async function openWorld(
  ledgerFile: string,
  weather: Weather,
  onFailure: (error: Error) => void,
): Promise<World> {
  const warehouse = createWarehouse();
  const fates = createFateBook();
  let ledger: Ledger | undefined;
  const journal = await openJournal(
    ledgerFile,
    (line) => {
      if (ledger) replay({ ledger, warehouse, fates }, recordSchema.parse(line));
      else ledger = createLedger(headerSchema.parse(line).id);
    },
    onFailure,
  );
  if (!ledger) {
    const id = randomBytes(6).toString('hex');
    ledger = createLedger(id);
    journal.append(JSON.stringify({ type: 'ledger', version: 1, id }));
    await journal.durable();
  }
  return { ledger, warehouse, journal, fates, weather, closing: false };
}

function replay(
  { ledger, warehouse, fates }: Pick<World, 'ledger' | 'warehouse' | 'fates'>,
  record: z.infer<typeof recordSchema>,
): void {
  switch (record.type) {
    case 'charge':
      if (record.simulate) restoreFates(fates, record.orderId, record.key, record.simulate);
      applyCharge(ledger, record);
      return;
    case 'void':
      applyVoid(ledger, record);
      return;
    case 'refund':
      applyRefund(ledger, record);
      return;
    case 'sold':
    case 'received':
    case 'snapshot':
      applyWarehouseRecord(warehouse, record);
  }
}

/**
 * Does one thing with `apply` and writes it down. Nobody may be told before
 * `world.journal.durable()`.
 */
export function commit<Entry extends z.input<typeof recordSchema>, State, Done>(
  { journal }: World,
  apply: (state: State, record: Entry) => Done,
  state: State,
  record: Entry,
): Done {
  const done = apply(state, record);
  journal.append(JSON.stringify(record));
  return done;
}
