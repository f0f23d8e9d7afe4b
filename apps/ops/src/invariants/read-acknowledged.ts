import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Acknowledged } from '@orders/database/invariants/find-lost-orders';
import { z } from 'zod';
import { usageError } from '../cli/command-error.ts';

const lineSchema = z.object({
  id: z.uuid(),
  key: z.string().min(1).nullish(),
  customerId: z.string().min(1).nullish(),
});

const BATCH = 5_000;

/** How long a file of acknowledged orders is now: what is appended later belongs to a later check. */
export async function measureAcknowledged(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    throw usageError(
      `--acknowledged ${path}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/**
 * Reads the orders that clients were told are accepted, in batches: NDJSON of `{id, key?,
 * customerId?}`, other members are ignored. Reads the first `bytes` only, so that a client may go
 * on writing; a last line that it has not finished is left out.
 */
export async function* readAcknowledged(
  path: string,
  bytes: number,
): AsyncGenerator<Acknowledged[]> {
  if (bytes === 0) return;
  const input = createReadStream(path, { end: bytes - 1 });
  let batch: Acknowledged[] = [];
  let number = 0;
  let broken: string | null = null;
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    number += 1;
    if (line.trim() === '') continue;
    // Only the very last line may be unfinished.
    if (broken !== null) throw usageError(broken);
    const parsed = lineSchema.safeParse(parseJson(line));
    if (!parsed.success) {
      broken = `--acknowledged ${path}: line ${number} is not {"id": …, "key"?: …, "customerId"?: …}`;
      continue;
    }
    const { id, key = null, customerId = null } = parsed.data;
    batch.push({ id, key, customerId });
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
