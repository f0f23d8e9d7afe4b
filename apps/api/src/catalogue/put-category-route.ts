import { putCategory } from '@orders/database/catalogue/put-category';
import {
  CATEGORY_PARAMS,
  categorySchema,
  putCategoryBodySchema,
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
import { CATEGORY_EXAMPLE } from './examples.ts';
import { readPutCondition } from './put-condition.ts';

const schema = describeCatalogueWrite({
  operationId: 'putCategory',
  summary: 'Create or replace a category',
  description: 'Its name and description. Which products are in it is said with each product.',
  params: CATEGORY_PARAMS,
  body: putCategoryBodySchema,
  answer: categorySchema,
  example: CATEGORY_EXAMPLE,
});

interface Request {
  Params: { slug: string };
  Body: z.output<typeof putCategoryBodySchema>;
}

/** `PUT /categories/:slug` */
export async function putCategoryRoute(app: FastifyInstance): Promise<void> {
  app.put<Request>(
    '/categories/:slug',
    { schema, onRequest: requireOperator },
    async (request, reply) => {
      const { slug } = request.params;
      const { name, description = '' } = request.body;
      const condition = readPutCondition(request);
      const actor = actorOf(principalOf(request));
      const wanted = { slug, name, description };
      const result = await answerInTime(putCategory(app.database, wanted, condition, actor));
      if (result.kind === 'condition-failed') throw new ProblemError('precondition-failed');
      const { category, kind } = result;
      const context = { slug, version: category.version, actor, requestId: request.id };
      if (kind !== 'unchanged') app.log.info(context, `A category was ${kind}.`);
      return reply
        .code(kind === 'created' ? 201 : 200)
        .header('etag', entityTag(category.version))
        .send(category);
    },
  );
}
