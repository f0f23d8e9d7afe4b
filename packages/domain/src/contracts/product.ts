import { z } from 'zod';
import { CATALOGUE_CURRENCY } from '../money.ts';
import { moneySchema, skuSchema, storableText, timeSchema } from './text.ts';

export const slugSchema = z
  .string()
  .max(64)
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
  .meta({ description: 'Name of a category in paths', examples: ['kitchen'] });

/** A thousand items of a thousand units at it still add up exactly. */
const MAX_PRICE = 1_000_000_000;

const nameSchema = storableText(200).min(1);
const descriptionSchema = storableText(4_000);

export const productSchema = z
  .object({
    sku: z.string(),
    name: z.string(),
    description: z.string(),
    price: moneySchema,
    active: z.boolean().meta({ description: 'Whether it can be ordered' }),
    categories: z.array(z.string()).meta({ description: 'Slugs, sorted' }),
    version: z.int(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'Product' });

/** `PUT /products/:sku`: the whole product. Orders that were placed keep their prices. */
export const putProductBodySchema = z
  .strictObject({
    name: nameSchema,
    description: descriptionSchema.optional(),
    price: moneySchema
      .refine(({ currency }) => currency === CATALOGUE_CURRENCY, {
        error: `must be in ${CATALOGUE_CURRENCY}, as the whole catalogue is`,
      })
      .refine(({ amount }) => amount <= MAX_PRICE, { error: `must not exceed ${MAX_PRICE}` }),
    active: z.boolean(),
    categories: z.array(slugSchema).max(50),
  })
  .meta({
    id: 'PutProduct',
    examples: [
      {
        name: 'Talvio Stoneware Mug, Sand',
        price: { amount: 1499, currency: 'USD' },
        active: true,
        categories: ['kitchen'],
      },
    ],
  });

export const categorySchema = z
  .object({
    slug: z.string(),
    name: z.string(),
    description: z.string(),
    version: z.int(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'Category' });

/** `PUT /categories/:slug`: the whole category; which products are in it is theirs to say. */
export const putCategoryBodySchema = z
  .strictObject({ name: nameSchema, description: descriptionSchema.optional() })
  .meta({ id: 'PutCategory', examples: [{ name: 'Kitchen' }] });

export const productListSchema = z.object({
  data: z.array(productSchema),
  nextCursor: z.string().nullable(),
});

export const categoryListSchema = z.object({
  data: z.array(categorySchema),
  nextCursor: z.string().nullable(),
});

export const PRODUCT_PARAMS = z.strictObject({ sku: skuSchema });
export const CATEGORY_PARAMS = z.strictObject({ slug: slugSchema });

export type Product = z.infer<typeof productSchema>;
export type Category = z.infer<typeof categorySchema>;
