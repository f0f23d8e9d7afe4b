import { listCategories } from '@orders/database/catalogue/read-categories';
import { listProducts, readProduct } from '@orders/database/catalogue/read-products';
import {
  categoryListSchema,
  PRODUCT_PARAMS,
  productListSchema,
  productSchema,
  slugSchema,
} from '@orders/domain/contracts/product';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { answerInTime } from '../answer-in-time.ts';
import { answerUnlessKnown } from '../http/answer-unless-known.ts';
import { answerUnlessSame } from '../http/answer-unless-same.ts';
import { offerNextPage, PAGE_QUERY, readPage } from '../http/list-page.ts';
import { HEADERS } from '../openapi/described-response.ts';
import { principalOf } from '../plugins/authentication.ts';
import { ProblemError } from '../problems/problem-error.ts';
import { describeCatalogueRead } from './describe-catalogue.ts';
import { CATEGORY_EXAMPLE, PRODUCT_EXAMPLE } from './examples.ts';

const querySchema = z.strictObject({ category: slugSchema.optional(), ...PAGE_QUERY });
const pageSchema = z.strictObject(PAGE_QUERY);
const PRODUCTS = '/products';
const CATEGORIES = '/categories';

const listSchema = describeCatalogueRead({
  operationId: 'listProducts',
  summary: 'Products, by SKU',
  description: 'Customers see what can be ordered, operators everything.',
  querystring: querySchema,
  answer: productListSchema,
  example: { data: [PRODUCT_EXAMPLE], nextCursor: null },
  answerHeaders: { Link: HEADERS.link },
  problems: ['invalid-cursor'],
});

const productSchemaOfRoute = describeCatalogueRead({
  operationId: 'getProduct',
  summary: 'A product',
  params: PRODUCT_PARAMS,
  answer: productSchema,
  example: PRODUCT_EXAMPLE,
  problems: ['not-found'],
});

const categoriesSchema = describeCatalogueRead({
  operationId: 'listCategories',
  summary: 'Categories, by slug',
  querystring: pageSchema,
  answer: categoryListSchema,
  example: { data: [CATEGORY_EXAMPLE], nextCursor: null },
  answerHeaders: { Link: HEADERS.link },
  problems: ['invalid-cursor'],
});

/** `GET /products`, `/products/:sku` and `/categories` */
export async function readCatalogueRoutes(app: FastifyInstance): Promise<void> {
  app.get<{ Querystring: z.output<typeof querySchema> }>(
    PRODUCTS,
    { schema: listSchema },
    async (request, reply) => {
      const onlyActive = !principalOf(request).isOperator;
      // What an operator may see is another list.
      const list = onlyActive ? 'products' : 'all products';
      const { limit, cursor, category: said } = request.query;
      const page = readPage(app.cursors, { list, limit, cursor, filter: { category: said } });
      const category = page.filter['category'] ?? null;
      const afterSku = page.position?.[0] ?? '';
      const found = await answerInTime(
        listProducts(app.database, { category, onlyActive, afterSku }, page.limit + 1),
      );
      const data = found.slice(0, page.limit);
      const last = found.length > page.limit ? data.at(-1) : undefined;
      const position = last === undefined ? null : [last.sku];
      const nextCursor = offerNextPage(reply, app.cursors, {
        list,
        path: PRODUCTS,
        page,
        position,
      });
      return answerUnlessSame(request, reply, { data, nextCursor });
    },
  );

  app.get<{ Params: { sku: string } }>(
    '/products/:sku',
    { schema: productSchemaOfRoute },
    async (request, reply) => {
      const { sku } = request.params;
      const product = await answerInTime(readProduct(app.database.prisma, sku));
      if (product === null) throw new ProblemError('not-found');
      return answerUnlessKnown(request, reply, product.version, product);
    },
  );

  app.get<{ Querystring: z.output<typeof pageSchema> }>(
    CATEGORIES,
    { schema: categoriesSchema },
    async (request, reply) => {
      const list = 'categories';
      const page = readPage(app.cursors, { list, ...request.query, filter: {} });
      const afterSlug = page.position?.[0] ?? '';
      const found = await answerInTime(listCategories(app.database, afterSlug, page.limit + 1));
      const data = found.slice(0, page.limit);
      const last = found.length > page.limit ? data.at(-1) : undefined;
      const position = last === undefined ? null : [last.slug];
      const nextCursor = offerNextPage(reply, app.cursors, {
        list,
        path: CATEGORIES,
        page,
        position,
      });
      return answerUnlessSame(request, reply, { data, nextCursor });
    },
  );
}
