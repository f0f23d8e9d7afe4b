import { putProduct } from '@orders/database/catalogue/put-product';
import {
  PRODUCT_PARAMS,
  productSchema,
  putProductBodySchema,
} from '@orders/domain/contracts/product';
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { requireOperator } from '../admin/require-operator.ts';
import { answerInTime } from '../answer-in-time.ts';
import { actorOf } from '../authentication/principal.ts';
import { entityTag } from '../http/entity-tag.ts';
import { principalOf } from '../plugins/authentication.ts';
import { ProblemError } from '../problems/problem-error.ts';
import { describeCatalogueWrite } from './describe-catalogue.ts';
import { PRODUCT_EXAMPLE } from './examples.ts';
import { readPutCondition } from './put-condition.ts';

const schema = describeCatalogueWrite({
  operationId: 'putProduct',
  summary: 'Create or replace a product',
  description:
    'As a whole: price, activation and categories. A new one has no stock. Orders that were placed ' +
    'keep their prices. Without `If-Match` the last writer wins.',
  params: PRODUCT_PARAMS,
  body: putProductBodySchema,
  answer: productSchema,
  example: PRODUCT_EXAMPLE,
  problems: ['unknown-category'],
});

interface Request {
  Params: { sku: string };
  Body: z.output<typeof putProductBodySchema>;
}

/** `PUT /products/:sku` */
export async function putProductRoute(app: FastifyInstance): Promise<void> {
  app.put<Request>(
    '/products/:sku',
    { schema, onRequest: requireOperator },
    async (request, reply) => {
      const { sku } = request.params;
      const { description = '', ...body } = request.body;
      const condition = readPutCondition(request);
      const actor = actorOf(principalOf(request));
      const content = { sku, description, ...body };
      const result = await answerInTime(putProduct(app.database, content, condition, actor));
      switch (result.kind) {
        case 'condition-failed':
          throw new ProblemError('precondition-failed');
        case 'unknown-categories':
          throw new ProblemError('unknown-category', { members: { categories: result.slugs } });
        case 'created':
        case 'replaced':
        case 'unchanged':
          break;
      }
      const { product, kind } = result;
      const context = { sku, version: product.version, actor, requestId: request.id };
      if (kind !== 'unchanged') app.log.info(context, `A product was ${kind}.`);
      return reply
        .code(kind === 'created' ? 201 : 200)
        .header('etag', entityTag(product.version))
        .send(product);
    },
  );
}
