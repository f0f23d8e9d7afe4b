import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build, type TestApi } from './build.ts';

interface Content {
  readonly examples?: Record<string, { value: unknown }>;
}

interface Operation {
  readonly parameters?: { name: string; in: string; required: boolean; example?: unknown }[];
  readonly requestBody?: { required: boolean };
  readonly responses: Record<string, { headers?: object; content?: Record<string, Content> }>;
}

let api: TestApi;
let paths: Record<string, Record<string, Operation>>;

beforeAll(async () => {
  api = await build();
  ({ paths } = (await api.app.inject('/openapi.json')).json());
});

afterAll(() => api?.close());

function operation(method: string, path: string): Operation {
  const found = paths[path]?.[method];
  if (found === undefined) throw new Error(`${method} ${path} is not documented`);
  return found;
}

/** Types of the problems that an operation says it may answer with. */
const problemsOf = ({ responses }: Operation): string[] =>
  Object.values(responses).flatMap(({ content }) =>
    Object.keys(content?.['application/problem+json']?.examples ?? {}),
  );

describe.each<[string, string, readonly number[], readonly string[]]>([
  ['get', '/orders', [200], ['validation-error', 'unauthorized', 'invalid-cursor', 'unavailable']],
  ['get', '/orders/{id}', [200], ['validation-error', 'unauthorized', 'not-found', 'unavailable']],
  ['get', '/orders/{id}/status', [200], ['unauthorized', 'not-found']],
  [
    'get',
    '/orders/{id}/events',
    [200],
    ['unauthorized', 'not-found', 'not-acceptable', 'rate-limited', 'overloaded'],
  ],
  [
    'patch',
    '/orders/{id}',
    [200],
    [
      'malformed-json',
      'validation-error',
      'unauthorized',
      'not-found',
      'unsupported-media-type',
      'precondition-required',
      'precondition-failed',
      'illegal-state',
      'duplicate-order',
      'unknown-sku',
      'inactive-product',
    ],
  ],
  [
    'post',
    '/orders/{id}/cancel',
    [200, 202],
    ['malformed-json', 'unauthorized', 'not-found', 'precondition-failed', 'illegal-state'],
  ],
  ['delete', '/orders/{id}', [200, 202], ['unauthorized', 'not-found', 'illegal-state']],
])('%s %s', (method, path, statuses, problems) => {
  test('is described with every good answer and an example of it', () => {
    for (const status of statuses) {
      for (const content of Object.values(
        operation(method, path).responses[status]?.content ?? {},
      )) {
        expect(Object.keys(content.examples ?? {}).length).toBeGreaterThan(0);
      }
      expect(operation(method, path).responses[status]?.content).toBeDefined();
    }
  });

  test('is described with every problem', () => {
    expect(problemsOf(operation(method, path))).toEqual(expect.arrayContaining([...problems]));
  });
});

test('a change needs If-Match and a body, a cancel neither', () => {
  const patch = operation('patch', '/orders/{id}');
  expect(patch.parameters).toContainEqual(
    expect.objectContaining({ name: 'if-match', in: 'header', required: true }),
  );
  expect(patch.requestBody?.required).toBe(true);
  const cancel = operation('post', '/orders/{id}/cancel');
  expect(cancel.requestBody?.required).toBe(false);
  expect(cancel.parameters).toContainEqual(
    expect.objectContaining({ name: 'if-match', required: false }),
  );
  expect(JSON.stringify(paths)).not.toContain('x-optional-body');
});

test('the log is described as JSON and as a stream', () => {
  const { responses, parameters } = operation('get', '/orders/{id}/events');
  expect(Object.keys(responses['200']?.content ?? {})).toEqual([
    'application/json',
    'text/event-stream',
  ]);
  expect(responses['204']).toBeDefined();
  expect(parameters?.map(({ name }) => name)).toContain('last-event-id');
});

test('lists say where the next page is, and waiting how long it took', () => {
  expect(operation('get', '/orders').responses['200']?.headers).toHaveProperty('Link');
  const place = operation('post', '/orders');
  expect(place.parameters?.map(({ name }) => name)).toContain('prefer');
  expect(place.responses['201']?.headers).toHaveProperty('Preference-Applied');
});
