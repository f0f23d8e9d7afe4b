import { randomBytes } from 'node:crypto';
import { startTestRedis } from '@orders/local-services/start-test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBearers } from '../authorisation/bearer-tokens.ts';
import { findApi } from '../authorisation/find-api.ts';
import { listOperations, readDocument } from '../fuzz/open-api.ts';
import { askRedis } from '../harness/ask-redis.ts';
import { TOKENS } from '../harness/mint-token.ts';
import { startStores, type Stores } from '../harness/start-stores.ts';
import { startSystem, type System } from '../harness/start-system.ts';
import { untilRest } from '../harness/until-rest.ts';
import { canariesOf, type Canary, findSecrets, secretsIn } from '../harness/find-secrets.ts';
import { type Secrets, startToComplain } from './start-to-complain.ts';

const createCanary = (name: string) => `canary-${name}-${randomBytes(18).toString('hex')}`;
const CANARIES = {
  redis: createCanary('redis'),
  wrongRedis: createCanary('wrong-redis'),
  wrongDatabase: createCanary('wrong-database'),
  weak: createCanary('weak').slice(0, 30),
  cursor: createCanary('cursor'),
  token: createCanary('token'),
  cookie: createCanary('cookie'),
  apiKey: createCanary('api-key'),
  query: createCanary('query'),
  metadata: createCanary('metadata'),
};
const bearers = createBearers();

let stores: Stores;
let system: System;
let canaries: readonly Canary[];

beforeAll(async () => {
  stores = await startStores();
  // A server without passwords takes any of its default user.
  const redisUrl = withPassword(stores.redis.url, 'default', CANARIES.redis);
  const env = { LOG_LEVEL: 'trace', REDIS_URL: redisUrl };
  system = await startSystem({
    stores,
    workers: [{}],
    workerEnv: { ...env, PAYMENT_TIMEOUT_MS: '500' },
    api: { env: { ...env, CURSOR_SECRET: CANARIES.cursor } },
    simulator: { env: { LOG_LEVEL: 'trace' } },
    through: ['api>postgres', 'worker>postgres', 'worker>provider'],
  });
  canaries = [
    ...canariesOf(stores, bearers),
    ...Object.entries(CANARIES).map(([name, text]) => ({ name, text })),
  ];
});

afterAll(async () => {
  await system?.close();
  await stores?.close();
});

test('a canary is found in whatever form it is written', () => {
  const canary = { name: 'it', text: CANARIES.token };
  const base64 = Buffer.from(CANARIES.token).toString('base64');
  for (const line of [`x ${CANARIES.token}`, `"${base64}"`, encodeURIComponent(CANARIES.token)]) {
    expect(secretsIn(line, [canary])).toContain('it');
  }
  expect(secretsIn('postgresql://u:p4ssw0rd@h/d', [])).toEqual(['a URL with a password']);
  expect(secretsIn('{"authorization":"[redacted]"}', [])).toEqual([]);
});

test('no secret, token or credential gets into any log, whatever is sent and whatever breaks', async () => {
  await askEverything();
  await letOrdersFail();
  await breakLinks();
  await startWrongly();
  await system.api.stop();
  for (const worker of system.workers) await worker.stop();

  const { findings, lines } = await findSecrets(system.logsFolder, canaries);
  console.log(`${lines} lines of logs, ${canaries.length} canaries`);
  expect(findings).toEqual([]);
  expect(lines).toBeGreaterThan(50);
});

/** Every operation with every kind of token, and secrets in every place of a request. */
async function askEverything(): Promise<void> {
  const { url } = await findApi(system);
  const secrets = [
    ...Object.values(bearers),
    `Bearer ${CANARIES.token}`,
    `Basic ${CANARIES.token}`,
  ];
  for (const { method, path, body } of listOperations(await readDocument(url))) {
    const target = `${url}${path.replace(/\{\w+\}/g, CANARIES.query)}?access_token=${CANARIES.query}`;
    await Promise.all(
      secrets.map(async (authorization) => {
        const response = await fetch(target, {
          method,
          headers: {
            ...(authorization === null ? {} : { authorization }),
            cookie: `session=${CANARIES.cookie}`,
            'x-api-key': CANARIES.apiKey,
            ...(body === null ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === null ? {} : { body: JSON.stringify({ secret: CANARIES.metadata }) }),
        });
        await response.arrayBuffer();
      }),
    );
  }
}

/** Orders whose metadata nobody else should read, with a provider that answers all sorts of things. */
async function letOrdersFail(): Promise<void> {
  const { client, sku } = system;
  for (const simulate of ['decline', '500:2', 'garbage:1', 'drop:1', 'hang-before:1', 'nonsense']) {
    const answer = await client.request('POST', '/orders', {
      customerId: `customer-${simulate}`,
      body: { items: [{ sku, quantity: 1 }], metadata: { simulate, card: CANARIES.metadata } },
    });
    expect(answer.status).toBe(201);
  }
  await untilRest(system);
}

async function breakLinks(): Promise<void> {
  const { client } = system;
  for (const link of ['api>postgres', 'worker>postgres', 'worker>provider'] as const) {
    await system.proxy(link).down();
    const key = CANARIES.query;
    const asked = client.request('GET', `/orders?access_token=${key}`);
    await Promise.all([asked, client.ask(client.wish({ key }))]);
    await system.proxy(link).heal();
  }
  stores.redis.process.signal('SIGSTOP');
  await client.place();
  stores.redis.process.signal('SIGCONT');
  await untilRest(system);
}

/** Services that are started with secrets that are wrong. */
async function startWrongly(): Promise<void> {
  const locked = await startTestRedis();
  await askRedis(locked.port, 'CONFIG', 'SET', 'requirepass', createCanary('right'));
  const complain = (name: string, app: string, secrets: Secrets) =>
    startToComplain({ name, app, folder: system.logsFolder, ...secrets });
  const wrongRedis = withPassword(locked.url, 'default', CANARIES.wrongRedis);
  const wrongDatabase = withPassword(system.databaseUrl, 'postgres', CANARIES.wrongDatabase);
  try {
    for (const app of ['api', 'worker']) {
      await complain(`${app}-wrong-passwords`, app, {
        databaseUrl: wrongDatabase,
        redisUrl: wrongRedis,
        jwtSecret: TOKENS.secret,
      });
      const mysql = wrongDatabase.replace('postgresql:', 'mysql:');
      await complain(`${app}-wrong-configuration`, app, {
        databaseUrl: mysql,
        redisUrl: 'nonsense',
        jwtSecret: CANARIES.weak,
      });
    }
  } finally {
    await locked.close();
  }
}

function withPassword(url: string, user: string, password: string): string {
  const changed = new URL(url);
  changed.username = user;
  changed.password = password;
  return changed.href;
}
