import { runCommand } from '@orders/local-services/run-command';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, deployApps, type DeployedApps } from './deploy-apps.ts';

// What an image contains is this folder and Node: it must run without the repository around it.
let apps: DeployedApps;

beforeAll(async () => {
  apps = await deployApps();
}, 180_000);

afterAll(() => apps.remove());

async function run(app: App, args: readonly string[], env: NodeJS.ProcessEnv) {
  const result = await runCommand(process.execPath, ['dist/main.js', ...args], {
    cwd: apps.folderOf(app),
    env,
  });
  if (result.kind !== 'ended') throw new Error(`${app} was not run to its end: ${result.kind}`);
  return result;
}

test('the api, started with nothing, names everything that is missing and ends', async () => {
  const { code, stderr } = await run('api', [], {});
  expect(code).not.toBe(0);
  for (const name of ['DATABASE_URL', 'REDIS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE']) {
    expect(stderr).toContain(`${name}: is required`);
  }
  expect(stderr).not.toContain('    at ');
});

test('the api refuses a well-known or short secret in production', async () => {
  const env = {
    DATABASE_URL: 'postgresql://localhost/orders',
    REDIS_URL: 'redis://localhost',
    JWT_ISSUER: 'orders',
    JWT_AUDIENCE: 'orders',
    JWT_SECRET: 'secret',
  };
  const { code, stderr } = await run('api', [], env);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/JWT_SECRET: .*32/);
});

test('the worker, started with nothing, names everything that is missing and ends', async () => {
  const { code, stderr } = await run('worker', [], {});
  expect(code).not.toBe(0);
  for (const name of ['DATABASE_URL', 'REDIS_URL', 'PAYMENT_PROVIDER_URL']) {
    expect(stderr).toContain(`${name}: is required`);
  }
  expect(stderr).not.toContain('    at ');
});

test('the simulator refuses to run in production', async () => {
  const { code, stderr } = await run('simulator', [], { NODE_ENV: 'production' });
  expect(code).not.toBe(0);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('the operator command line lists its commands', async () => {
  const { code, stdout } = await run('ops', ['--help'], {});
  expect(code).toBe(0);
  expect(stdout).toContain('migrate');
});
