import type { SwaggerTransformObject } from '@fastify/swagger';
import { jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { OpenAPIV3_1 } from 'openapi-types';
import { settleOptionalBodies } from './optional-bodies.ts';

/** The parts of the document that no route can tell. */
export const DOCUMENT: Partial<OpenAPIV3_1.Document> = {
  openapi: '3.1.0',
  info: {
    title: 'Orders',
    version: '1.0.0',
    summary: 'Takes orders and sees them through',
    description:
      'Orders are accepted with 201 once they are stored for good; from then on they come to rest ' +
      'by themselves. Errors are problem details (RFC 9457).',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/' }],
  tags: [
    { name: 'orders', description: 'Placing orders and following them' },
    { name: 'catalogue', description: 'What can be ordered, and for how much' },
    { name: 'operating', description: 'Watching the line and repairing what stuck, for operators' },
    { name: 'about', description: 'This interface itself' },
  ],
  components: {
    securitySchemes: {
      bearer: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description:
          'The customer is the `sub` of the token. `orders:operate` in `scope` makes an operator.',
      },
    },
  },
};

/** Security of routes behind authentication. */
export const BEARER: { [name: string]: readonly string[] }[] = [{ bearer: [] }];

/**
 * Components of the named zod schemas. The registry holds those of all contracts, each as input and
 * as output: what nothing refers to is left out.
 */
export const transformObject: SwaggerTransformObject = (input) => {
  const document = jsonSchemaTransformObject(input);
  settleOptionalBodies(document);
  if (!('components' in document) || document.components?.schemas === undefined) return document;
  const { components, ...rest } = document;
  const schemas: Record<string, unknown> = { ...components.schemas };
  const used = new Set<string>();
  const found = findReferences(rest);
  for (let name = found.pop(); name !== undefined; name = found.pop()) {
    if (used.has(name)) continue;
    used.add(name);
    found.push(...findReferences(schemas[name]));
  }
  const kept = Object.entries(schemas).filter(([name]) => used.has(name));
  return Object.assign(document, {
    components: { ...components, schemas: Object.fromEntries(kept) },
  });
};

function findReferences(part: unknown): string[] {
  const names = JSON.stringify(part ?? null).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g);
  return Array.from(names, ([, name = '']) => name);
}
