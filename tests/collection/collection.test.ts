import { join } from 'node:path';
import { describeFailure, runCommand } from '@orders/local-services/run-command';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mintToken } from '../harness/mint-token.ts';
import { REPOSITORY, startStores, type Stores } from '../harness/start-stores.ts';
import { given } from '../harness/story.ts';

let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores?.close());

test('the collection walks through a whole life of an order, and may do so again', async () => {
  const system = await given({ stores });
  const variables = {
    baseUrl: system.apiUrl,
    customerToken: mintToken('walker'),
    operatorToken: mintToken('olga', 'orders:operate'),
  };
  const args = ['run', '--env', 'local', '--bail'];
  for (const [name, value] of Object.entries(variables)) args.push('--env-var', `${name}=${value}`);
  for (let time = 0; time < 2; time += 1) {
    const result = await runCommand(join(REPOSITORY, 'node_modules/.bin/bru'), args, {
      cwd: join(REPOSITORY, 'bruno'),
      timeoutMs: 120_000,
    });
    if (result.kind !== 'ended') throw new Error(describeFailure(result));
    expect(result.stdout).toMatch(/Status\s*│\s*✓ PASS/);
    expect(result.code, result.stdout).toBe(0);
  }
  expect(await system.violations()).toEqual([]);
});
