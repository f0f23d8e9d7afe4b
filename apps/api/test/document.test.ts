import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROBLEMS } from '@orders/domain/problems';
import { build, type TestApi } from './build.ts';

interface Operation {
  readonly operationId?: string;
  readonly security?: unknown[];
  readonly responses: Record<
    string,
    { content?: Record<string, { examples?: unknown }>; headers?: object }
  >;
}

let api: TestApi;
let document: {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: object };
};

beforeAll(async () => {
  api = await build();
  document = (await api.app.inject('/openapi.json')).json();
});

afterAll(() => api?.close());

const operations = () => Object.values(document.paths).flatMap((path) => Object.values(path));

test('the document is OpenAPI 3.1, for anyone', async () => {
  const { statusCode, headers } = await api.app.inject('/openapi.json');
  expect([statusCode, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining([
      '/orders',
      '/orders/{id}',
      '/orders/{id}/status',
      '/orders/{id}/events',
    ]),
  );
});

test('every operation has a name of its own and says who may use it', () => {
  const names = operations().map(({ operationId }) => operationId);
  expect(new Set(names).size).toBe(names.length);
  expect(names).not.toContain(undefined);
  for (const { security } of operations()) expect(security).toBeDefined();
});

test('every error of every operation is described with an example', () => {
  for (const { responses } of operations()) {
    for (const [status, { content }] of Object.entries(responses)) {
      if (Number(status) < 400) continue;
      const examples = content?.['application/problem+json']?.examples;
      expect(Object.keys(examples ?? {}).length).toBeGreaterThan(0);
    }
  }
});

test('placing an order is described with its headers', () => {
  const placed = document.paths['/orders']?.['post']?.responses['201'];
  expect(Object.keys(placed?.headers ?? {})).toEqual([
    'Location',
    'ETag',
    'Idempotency-Replayed',
    'Preference-Applied',
  ]);
});

test('no component is left that nothing refers to', () => {
  const text = JSON.stringify(document);
  for (const name of Object.keys(document.components.schemas)) {
    expect(text).toContain(`"#/components/schemas/${name}"`);
  }
});

describe('every type of problem resolves to a page', () => {
  test.each(Object.entries(PROBLEMS))('%s', async (slug, { title }) => {
    const page = await api.ask({ url: `/problems/${slug}` });
    expect(page.status).toBe(200);
    expect(page.text).toContain(title);
  });
});

test('/docs shows the document with what it needs', async () => {
  const page = await api.ask({ url: '/docs' });
  expect(page.status).toBe(200);
  for (const [, file] of page.text.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)) {
    expect((await api.app.inject(String(file))).statusCode).toBe(200);
  }
  expect((await api.app.inject('/docs/static/swagger-initializer.js')).body).toContain(
    '/openapi.json',
  );
});
