import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { API_HEADERS } from '../http/api-headers.ts';
import { problemResponses } from './problem-responses.ts';

/** `GET /openapi.json`, for anyone. */
export async function openapiRoutes(app: FastifyInstance): Promise<void> {
  let document: Buffer | null = null;
  app.get(
    '/openapi.json',
    {
      schema: {
        operationId: 'getOpenApi',
        summary: 'This document',
        tags: ['about'],
        security: [],
        response: {
          200: {
            description: 'OpenAPI 3.1',
            content: { 'application/json': { schema: z.record(z.string(), z.unknown()) } },
          },
          ...problemResponses(),
        },
      },
    },
    (_request, reply) => {
      // Routes do not change once they listen. As bytes, which all answers share: a string would be
      // encoded for each of them anew, and lie in memory as often as there are slow readers.
      document ??= Buffer.from(JSON.stringify(app.swagger()));
      return reply.headers(API_HEADERS).type('application/json; charset=utf-8').send(document);
    },
  );
}
