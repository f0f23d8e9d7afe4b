import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { measureAcknowledged, readAcknowledged } from '../src/invariants/read-acknowledged.ts';

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orders-acknowledged-'));
  file = join(folder, 'acknowledged.ndjson');
});
afterAll(() => rm(folder, { recursive: true }));

async function read(text: string): Promise<unknown[]> {
  await writeFile(file, text);
  return readFirst(await measureAcknowledged(file));
}

async function readFirst(bytes: number): Promise<unknown[]> {
  const orders: unknown[] = [];
  for await (const batch of readAcknowledged(file, bytes)) orders.push(...batch);
  return orders;
}

const id = uuidv7();

test('key and customer may be missing, empty lines and other members are ignored', async () => {
  const text = `{"id":"${id}"}\n\n{"id":"${id}","key":"k","customerId":"c","at":1}\n`;
  expect(await read(text)).toEqual([
    { id, key: null, customerId: null },
    { id, key: 'k', customerId: 'c' },
  ]);
});

test('a last line that is still being written is left out, one that is only not ended is not', async () => {
  expect(await read(`{"id":"${id}"}\n{"id":"01a1`)).toHaveLength(1);
  expect(await read(`{"id":"${id}"}\n{"id":"${id}"}`)).toHaveLength(2);
});

test('any other broken line is named', async () => {
  await expect(read(`nonsense\n{"id":"${id}"}\n`)).rejects.toThrow(/line 1 is not/);
});

test('what is appended after measuring is not read', async () => {
  await writeFile(file, `{"id":"${id}"}\n`);
  const bytes = await measureAcknowledged(file);
  await appendFile(file, `{"id":"${id}"}\n`);
  expect(await readFirst(bytes)).toHaveLength(1);
});

test('an empty file has none, a missing one is a usage error', async () => {
  expect(await read('')).toEqual([]);
  await expect(measureAcknowledged(join(folder, 'missing'))).rejects.toThrow(
    /--acknowledged .*ENOENT/,
  );
});
