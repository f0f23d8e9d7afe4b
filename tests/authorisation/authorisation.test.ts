import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ASKERS, type Asker } from './askers.ts';
import { createBearers } from './bearer-tokens.ts';
import { type Ask, EXPECTED_ANSWERS, type Row } from './expected-answers.ts';
import { nameRoute } from './read-routes.ts';
import { startWorld, type World } from './start-world.ts';

const bearers = createBearers();
const askers = Object.keys(ASKERS).filter((name): name is Asker => name in ASKERS);

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

test('every route of the running api has its line in the table, and every line its route', () => {
  // HEAD comes with GET, and is asked with it.
  const routes = world.routes.api.filter(({ method }) => method !== 'HEAD');
  const named = new Set(routes.map(nameRoute));
  const lines = new Set(Object.keys(EXPECTED_ANSWERS).map(routeOf));
  expect(Array.from(named).filter((name) => !lines.has(name))).toEqual([]);
  expect(Array.from(lines).filter((name) => !named.has(name))).toEqual([]);
});

describe('each asker is answered as the table says', () => {
  test.each(Object.entries(EXPECTED_ANSWERS))('%s', async (line, row) => {
    const [method = '', url = ''] = routeOf(line).split(' ');
    expect(await answersOf(method, url, row)).toEqual(row.answers);
    const hasHead = world.routes.api.some((one) => one.method === 'HEAD' && one.url === url);
    if (method === 'GET' && hasHead) {
      expect(await answersOf('HEAD', url, row)).toEqual(row.answers);
    }
  });
});

const OF_ONE_ORDER = Object.entries(EXPECTED_ANSWERS).filter(([line, { answers }]) => {
  return line.includes('/orders/:id') && answers['other customer'] === 404;
});

describe("another customer's order is answered like one that does not exist", () => {
  test.each(OF_ONE_ORDER)('%s', async (line, row) => {
    const [method = '', url = ''] = routeOf(line).split(' ');
    const ask = await row.ask(world, 'other customer');
    const theirs = await send(method, url, 'other customer', ask);
    const missing = await send(method, url, 'other customer', {
      ...ask,
      params: { id: randomUUID() },
    });
    expect(theirs.status).toBe(404);
    expect(missing).toEqual(theirs);
  });
});

describe('every route of the queue board is for operators, who may only look', () => {
  test.each(askers)('%s', async (asker) => {
    const { routes, internalUrl } = world;
    expect(routes.board).not.toEqual([]);
    for (const { method, url } of routes.board) {
      const target = url.replace(/:\w+\??|\*/g, 'x');
      const { status } = await exchange(method, `${internalUrl}${target}`, asker, {});
      const what = `${method} ${url}: ${status}`;
      if (asker !== 'operator') {
        const isCustomer = asker === 'owner' || asker === 'other customer';
        expect(what).toBe(`${method} ${url}: ${isCustomer ? 403 : 401}`);
      } else if (method === 'GET' || method === 'HEAD') {
        expect([401, 403], what).not.toContain(status);
      } else expect(what).toBe(`${method} ${url}: 405`);
    }
  });
});

async function answersOf(
  method: string,
  url: string,
  row: Row,
): Promise<Partial<Record<Asker, number>>> {
  const answers: Partial<Record<Asker, number>> = {};
  for (const asker of askers) {
    const { status } = await send(method, url, asker, await row.ask(world, asker));
    answers[asker] = status;
  }
  return answers;
}

async function send(
  method: string,
  url: string,
  asker: Asker,
  given: Ask,
): Promise<{ status: number; body: unknown }> {
  const path = url.replace(/:(\w+)|\*/g, (whole, name: string | undefined) => {
    return given.params?.[name ?? whole] ?? 'x';
  });
  return exchange(method, `${world.url}${path}`, asker, given);
}

/** The body without what names the request. Of a stream only that it began. */
async function exchange(
  method: string,
  target: string,
  asker: Asker,
  { headers = {}, body }: Ask,
): Promise<{ status: number; body: unknown }> {
  const authorization = bearers[ASKERS[asker]];
  const response = await fetch(target, {
    method,
    redirect: 'manual',
    headers: {
      ...headers,
      ...(authorization === null ? {} : { authorization }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { status } = response;
  if (response.headers.get('content-type')?.startsWith('text/event-stream') === true) {
    await response.body?.cancel();
    return { status, body: null };
  }
  const text = await response.text();
  if (!response.headers.get('content-type')?.includes('json')) return { status, body: null };
  const { requestId: _, ...rest }: Record<string, unknown> = JSON.parse(text || '{}');
  return { status, body: rest };
}

function routeOf(line: string): string {
  return line.replace(/ \(.*\)$/, '');
}
