import { NODE_OPTIONS } from '@orders/local-services/node-options';
import { waitUntil } from '@orders/local-services/wait-until';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deployApps, type DeployedApps, readCommand, runHealthcheck } from './deploy-apps.ts';
import { type DeployedStack, startDeployed } from './start-deployed.ts';

// What an image contains is this folder and Node: it must run without the repository around it.
let apps: DeployedApps;

beforeAll(async () => {
  apps = await deployApps();
}, 180_000);

afterAll(() => apps.remove());

test('the api, started with nothing, names everything that is missing and ends', async () => {
  const { code, stderr } = await apps.run('api', [], {});
  expect(code).not.toBe(0);
  for (const name of ['DATABASE_URL', 'REDIS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE']) {
    expect(stderr).toContain(`${name}: is required`);
  }
  expect(stderr).not.toContain('    at ');
});

test('the api refuses a short secret in production', async () => {
  const env = {
    DATABASE_URL: 'postgresql://localhost/orders',
    REDIS_URL: 'redis://localhost',
    JWT_ISSUER: 'orders',
    JWT_AUDIENCE: 'orders',
    JWT_SECRET: 'secret',
  };
  const { code, stderr } = await apps.run('api', [], env);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/JWT_SECRET: .*32/);
});

test('the worker, started with nothing, names everything that is missing and ends', async () => {
  const { code, stderr } = await apps.run('worker', [], {});
  expect(code).not.toBe(0);
  for (const name of ['DATABASE_URL', 'REDIS_URL', 'PAYMENT_PROVIDER_URL']) {
    expect(stderr).toContain(`${name}: is required`);
  }
  expect(stderr).not.toContain('    at ');
});

test('the simulator refuses to run in production', async () => {
  const { code, stderr } = await apps.run('simulator', [], { NODE_ENV: 'production' });
  expect(code).not.toBe(0);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('the operator command line lists its commands', async () => {
  const { code, stdout } = await apps.run('ops', ['--help'], {});
  expect(code).toBe(0);
  expect(stdout).toContain('migrate');
});

test('an image starts its service as everything else does', async () => {
  expect(await readCommand()).toEqual([...NODE_OPTIONS, 'dist/main.js']);
});

test('the deployed folders together complete an order, pass their health checks and stop cleanly', async () => {
  const stack = await startDeployed(apps);
  try {
    const authorization = await customerToken(stack);
    const id = await placeOrder(stack, authorization);
    await waitUntil(async () => (await statusOf(stack, authorization, id)) === 'completed', {
      what: 'the order to complete',
      timeoutMs: 20_000,
    });
    for (const app of ['api', 'worker', 'simulator'] as const) {
      expect(await runHealthcheck(app, stack.environmentOf(app))).toMatchObject({ code: 0 });
    }
    await stopAll(stack);
  } finally {
    await stack.close();
  }
  for (const app of ['api', 'worker'] as const) {
    expect(await runHealthcheck(app, stack.environmentOf(app))).toMatchObject({ code: 1 });
  }
}, 120_000);

async function customerToken(stack: DeployedStack): Promise<string> {
  const args = ['token', '--customer', 'alice'];
  const { code, stdout, stderr } = await apps.run('ops', args, stack.environmentOf('ops'));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return `Bearer ${stdout.trim()}`;
}

async function placeOrder(stack: DeployedStack, authorization: string): Promise<string> {
  const response = await fetch(`${stack.url}/orders`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ items: [{ sku: 'BACKPACK-0001', quantity: 2 }] }),
  });
  expect(response.status).toBe(201);
  const { id } = (await response.json()) as { id: string };
  return id;
}

async function statusOf(stack: DeployedStack, authorization: string, id: string) {
  const response = await fetch(`${stack.url}/orders/${id}/status`, { headers: { authorization } });
  const { status } = (await response.json()) as { status: string };
  return status;
}

/** As an orchestrator stops containers. */
async function stopAll({ processes, exits }: DeployedStack): Promise<void> {
  for (const running of processes.values()) running.signal('SIGTERM');
  await waitUntil(() => exits.size === processes.size, {
    what: 'all processes to stop',
    timeoutMs: 30_000,
  });
  expect(Object.fromEntries(exits)).toEqual({ simulator: 0, api: 0, worker: 0 });
}
