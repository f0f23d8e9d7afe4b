import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { DOCUMENT, transformObject } from '../openapi/document.ts';
import { transform } from '../openapi/transform.ts';

/** Collects the routes that are registered after it into one OpenAPI 3.1 document. */
export const openapi = fp(async function openapi(app: FastifyInstance) {
  await app.register(swagger, { openapi: DOCUMENT, transform, transformObject });
});
