import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, type TestApi } from './build.ts';

interface Media {
  readonly schema?: { readonly $ref?: string; readonly examples?: unknown[] };
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}
interface Content {
  readonly content?: Readonly<Record<string, Media>>;
}
interface Operation {
  readonly summary?: string;
  readonly tags?: string[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}
interface Document {
  readonly tags: { readonly name: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, { examples?: unknown[] }> };
}

let api: TestApi;
let document: Document;
const ajv = new Ajv2020({ strict: false });
beforeAll(async () => {
  formats.default(ajv);
  api = await build();
  document = (await api.app.inject('/openapi.json')).json();
  ajv.addSchema({ ...document, $id: 'openapi' });
});
afterAll(() => api?.close());

/** Every part of the document that shows a body, with the pointer to its schema. */
function* bodies(): Generator<{ where: string; pointer: string; type: string; media: Media }> {
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, { requestBody, responses }] of Object.entries(operations)) {
      const parts = [
        { at: ['requestBody'], content: requestBody?.content },
        ...Object.entries(responses).map(([status, response]) => ({
          at: ['responses', status],
          content: response.content,
        })),
      ];
      for (const { at, content } of parts) {
        for (const [type, media] of Object.entries(content ?? {})) {
          const steps = ['paths', path, method, ...at, 'content', type, 'schema'];
          const pointer = steps.map((step) => `/${toFragment(step)}`).join('');
          yield { where: `${method} ${path} ${at.join(' ')}`, pointer, type, media };
        }
      }
    }
  }
}

function toFragment(step: string): string {
  return encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** Examples stand beside the schema, in it, or in the component that it refers to. */
function examplesOf({ schema, examples }: Media): unknown[] {
  const beside = Object.values(examples ?? {}).map(({ value }) => value);
  const name = schema?.$ref?.replace('#/components/schemas/', '') ?? '';
  return [
    ...beside,
    ...(schema?.examples ?? []),
    ...(document.components.schemas[name]?.examples ?? []),
  ];
}

test('every body in JSON has an example', () => {
  const without = Array.from(bodies())
    .filter(({ type, media }) => type.includes('json') && examplesOf(media).length === 0)
    .map(({ where }) => where)
    .filter((where) => where !== 'get /openapi.json responses 200');
  expect(without).toEqual([]);
});

test('every example is what its schema says', () => {
  const wrong: string[] = [];
  for (const { where, pointer, type, media } of bodies()) {
    if (!type.includes('json')) continue;
    const validate = ajv.compile({ $ref: `openapi#${pointer}` });
    for (const example of examplesOf(media)) {
      if (!validate(example)) wrong.push(`${where}: ${ajv.errorsText(validate.errors)}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('every operation has a summary and a tag that is explained', () => {
  const explained = document.tags.map(({ name }) => name);
  for (const operations of Object.values(document.paths)) {
    for (const { summary, tags = [] } of Object.values(operations)) {
      expect(summary).toBeTruthy();
      expect(tags).toHaveLength(1);
      expect(explained).toEqual(expect.arrayContaining(tags));
    }
  }
});

test('every route of the interface is there', () => {
  const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(routes).toEqual(
    expect.arrayContaining([
      'POST /orders',
      'GET /orders',
      'GET /orders/{id}',
      'GET /orders/{id}/status',
      'GET /orders/{id}/events',
      'PATCH /orders/{id}',
      'POST /orders/{id}/cancel',
      'DELETE /orders/{id}',
      'GET /products',
      'GET /products/{sku}',
      'GET /categories',
      'PUT /products/{sku}',
      'PUT /categories/{slug}',
      'GET /metrics',
      'GET /admin/inventory',
      'GET /admin/inventory/{sku}',
      'POST /admin/inventory/{sku}/adjustments',
      'GET /admin/dead-letters',
      'GET /admin/dead-letters/{id}',
      'POST /admin/dead-letters/{id}/redrive',
      'POST /admin/dead-letters/{id}/discard',
      'POST /admin/dead-letters/{id}/resolve',
      'POST /admin/dead-letters/redrive',
      'GET /admin/queues',
      'POST /admin/queues/{name}/pause',
      'POST /admin/queues/{name}/resume',
      'GET /admin/scaling',
      'GET /admin/warehouse-syncs',
      'GET /admin/warehouse-syncs/{id}',
      'POST /admin/warehouse-syncs',
      'GET /openapi.json',
      'GET /problems/{slug}',
    ]),
  );
});
