import { appendFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { spawnSimulator } from './spawn-simulator.ts';
import {
  charge,
  makeFolder,
  postCharge,
  postRefund,
  postVoid,
  readCharge,
  readLedger,
  send,
} from './start-simulator.ts';

async function makeLedgerFile(): Promise<string> {
  return join(await makeFolder(), 'nested', 'ledger.ndjson');
}

test('kill -9 under load loses no acknowledged charge, refund or void and doubles none', async () => {
  const file = await makeLedgerFile();
  const acknowledged = { charges: new Map<string, string>(), refunds: new Set<string>() };
  const asked = new Set<string>();
  const first = await spawnSimulator(file);
  async function work(worker: number): Promise<void> {
    for (let n = 0; ; n += 1) {
      const key = `charge-${worker}-${n}`;
      asked.add(key);
      const made =
        n % 10 === 9
          ? await readCharge(await postVoid(first.url, key))
          : await charge(first.url, key, { orderId: key });
      acknowledged.charges.set(key, `${made.id} ${made.status}`);
      if (n % 10 !== 0) continue;
      const refund = { chargeId: made.id, amount: 1 };
      await postRefund(first.url, `refund-${key}`, refund);
      acknowledged.refunds.add(`refund-${key}`);
    }
  }
  const load = Promise.allSettled(Array.from({ length: 32 }, (_, worker) => work(worker)));
  await expect.poll(() => acknowledged.charges.size, { timeout: 20_000 }).toBeGreaterThan(3_000);
  await first.kill();
  await load;

  const second = await spawnSimulator(file);
  const ledger = await readLedger(second.url);
  const kept = new Map(ledger.charges.map(({ key, id, status }) => [key, `${id} ${status}`]));
  expect(kept.size).toBe(ledger.charges.length);
  for (const [key, outcome] of acknowledged.charges) expect(kept.get(key)).toBe(outcome);
  const refunds = new Set(ledger.refunds.map(({ key }) => key));
  expect([...acknowledged.refunds].filter((key) => !refunds.has(key))).toEqual([]);

  // What was asked and not answered is repeated with its key, and is then there once.
  const captured = [...asked].filter((key) => !key.endsWith('9'));
  await Promise.all(captured.map((key) => charge(second.url, key, { orderId: key })));
  const keys = (await readLedger(second.url)).charges.map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(captured.every((key) => keys.includes(key))).toBe(true);
});

test('a restart remembers declines, voids, refunds, stock, sales and the sequence of snapshots', async () => {
  const file = await makeLedgerFile();
  const first = await spawnSimulator(file);
  const simulate = 'decline-soft:2+refund.500:1';
  const declined = await charge(first.url, 'charge-1', { simulate });
  const voided = await readCharge(await postVoid(first.url, 'charge-9'));
  const other = await charge(first.url, 'other-1', { orderId: 'other', amount: 100 });
  await postRefund(first.url, 'refund-1', { chargeId: other.id, amount: 60 });
  await send('PUT', `${first.url}/warehouse/stock`, { rows: [{ sku: 'LAMP-1', onHand: 10 }] });
  await send('PUT', `${first.url}/warehouse/sold`, { totals: [{ sku: 'LAMP-1', sold: 4 }] });
  expect(await (await fetch(`${first.url}/warehouse/stock`)).json()).toMatchObject({ sequence: 1 });
  await first.kill();

  const { url } = await spawnSimulator(file);
  expect(await charge(url, 'charge-1', { simulate })).toEqual(declined);
  expect((await charge(url, 'charge-2', { simulate })).status).toBe('declined');
  const captured = await charge(url, 'charge-3', { simulate });
  expect(captured.status).toBe('captured');
  expect((await postRefund(url, 'r', { chargeId: captured.id, amount: 1 })).status).toBe(500);
  expect(await charge(url, 'charge-9')).toEqual(voided);
  expect((await postRefund(url, 'refund-1', { chargeId: other.id, amount: 60 })).status).toBe(200);
  expect((await postRefund(url, 'refund-2', { chargeId: other.id, amount: 41 })).status).toBe(409);
  expect(await (await fetch(`${url}/warehouse/stock`)).json()).toMatchObject({
    sequence: 2,
    rows: [{ sku: 'LAMP-1', onHand: 6, salesIncluded: 4 }],
  });
});

test.each([
  ['half a record', '{"type":"charge","key":"torn'],
  ['a block of zeros', '\0'.repeat(512)],
  ['a line of zeros', `${'\0'.repeat(64)}\n`],
])('a ledger that ends in %s is opened without it and written on', async (_, tail) => {
  const file = await makeLedgerFile();
  const first = await spawnSimulator(file);
  const made = await charge(first.url, 'charge-1');
  await first.kill();
  const { size } = await stat(file);
  await appendFile(file, tail);

  const second = await spawnSimulator(file);
  expect((await stat(file)).size).toBe(size);
  await charge(second.url, 'charge-2', { orderId: 'order-2' });
  await second.kill();
  const third = await spawnSimulator(file);
  const { charges } = await readLedger(third.url);
  expect(charges.map(({ key }) => key)).toEqual(['charge-1', 'charge-2']);
  expect(charges[0]?.id).toBe(made.id);
});

test('a ledger that breaks off anywhere is opened with the charges before the break', async () => {
  const file = await makeLedgerFile();
  const first = await spawnSimulator(file);
  for (const n of [1, 2, 3]) await charge(first.url, `charge-${n}`, { orderId: `order-${n}` });
  await first.kill();
  const { size } = await stat(file);
  await truncate(file, size - 1);
  const second = await spawnSimulator(file);
  const { charges } = await readLedger(second.url);
  expect(charges.map(({ key }) => key)).toEqual(['charge-1', 'charge-2']);
});

test('a ledger with a damaged line in its middle is refused with the number of the line', async () => {
  const file = await makeLedgerFile();
  const first = await spawnSimulator(file);
  for (const n of [1, 2]) await charge(first.url, `charge-${n}`, { orderId: `order-${n}` });
  await first.kill();
  const damaged = (await readFile(file, 'utf8')).replace('"charge-1"', '"charge-1');
  await writeFile(file, damaged);
  await expect(spawnSimulator(file)).rejects.toThrow(/ledger\.ndjson .*line 2 is damaged/);
  expect(await readFile(file, 'utf8')).toBe(damaged);
  await writeFile(file, '{"type":"something else"}\n');
  await expect(spawnSimulator(file)).rejects.toThrow(/line 1 is no record of this version/);
});

test('SIGTERM answers what is under way, lets go of what hangs, and exits 0', async () => {
  const file = await makeLedgerFile();
  const first = await spawnSimulator(file);
  const hung = postCharge(first.url, 'charge-1', { simulate: 'hang-after' });
  const slow = postCharge(first.url, 'charge-2', { orderId: 'slow', simulate: 'delay:60000' });
  const both = Promise.allSettled([hung, slow]);
  await expect.poll(async () => (await readLedger(first.url)).charges.length).toBe(1);
  expect(await first.terminate()).toBe(0);
  expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const second = await spawnSimulator(file);
  expect((await readLedger(second.url)).charges.map(({ key }) => key)).toEqual(['charge-1']);
});

test('when the disk refuses the ledger it exits 1, and everything it acknowledged is kept', async () => {
  const file = await makeLedgerFile();
  const first = await spawnSimulator(file, { fileBlocks: 16 });
  const acknowledged: string[] = [];
  async function work(worker: number): Promise<void> {
    for (let n = 0; ; n += 1) {
      const key = `charge-${worker}-${n}`;
      await charge(first.url, key, { orderId: key });
      acknowledged.push(key);
    }
  }
  await Promise.allSettled([0, 1, 2, 3].map((worker) => work(worker)));
  expect(await first.exit()).toBe(1);
  expect(acknowledged.length).toBeGreaterThan(10);

  const second = await spawnSimulator(file);
  const keys = new Set((await readLedger(second.url)).charges.map(({ key }) => key));
  expect(acknowledged.filter((key) => !keys.has(key))).toEqual([]);
  expect((await charge(second.url, 'charge-after')).status).toBe('captured');
});
