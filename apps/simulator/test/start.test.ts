import { join } from 'node:path';
import { expect, test } from 'vitest';
import { spawnSimulator } from './spawn-simulator.ts';
import { charge, makeFolder } from './start-simulator.ts';

test('it refuses to run in production with one clear line', async () => {
  const file = join(await makeFolder(), 'ledger.ndjson');
  await expect(spawnSimulator(file, { env: { NODE_ENV: 'production' } })).rejects.toThrow(
    /^The simulator takes no real money: it does not run with NODE_ENV=production\.\n$/,
  );
});

test('it lists everything that is wrong with its configuration', async () => {
  const file = join(await makeFolder(), 'ledger.ndjson');
  const env = { PORT: 'x', SIMULATOR_FAULTS: '500=7,what=0.1', SIMULATOR_SEED: '-1' };
  await expect(spawnSimulator(file, { env })).rejects.toThrow(
    /PORT: .*\n.*SIMULATOR_FAULTS: "500=7" needs .*\n.*SIMULATOR_FAULTS: "what=0\.1" names .*\n.*SIMULATOR_SEED: /,
  );
});

test('it tells a taken port from other errors', async () => {
  const folder = await makeFolder();
  const { url } = await spawnSimulator(join(folder, 'one.ndjson'));
  const PORT = new URL(url).port;
  await expect(spawnSimulator(join(folder, 'two.ndjson'), { env: { PORT } })).rejects.toThrow(
    /EADDRINUSE/,
  );
});

test('it is healthy once it listens and counts what its ledger holds', async () => {
  const { url } = await spawnSimulator(join(await makeFolder(), 'ledger.ndjson'));
  await charge(url, 'charge-1');
  const health = await fetch(`${url}/health`);
  expect(health.status).toBe(200);
  expect(await health.json()).toEqual({ status: 'ok', charges: 1, refunds: 0 });
});
