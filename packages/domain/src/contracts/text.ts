import { z } from 'zod';

/**
 * Text that PostgreSQL can store and every client can read back: no NUL, no lone surrogates
 * (both are errors deep inside a batch otherwise, where they would hurt others).
 */
export function storableText(max: number): z.ZodString {
  return z
    .string()
    .max(max)
    .refine((text) => !text.includes('\u0000'), { error: 'must not contain NUL' })
    .refine((text) => text.isWellFormed(), { error: 'must be well-formed Unicode' });
}

export const skuSchema = z
  .string()
  .max(64)
  .regex(/^[A-Z0-9][A-Z0-9-]{0,63}$/)
  .meta({ description: 'Stock keeping unit', examples: ['KEYBOARD-0001'] });

export const idSchema = z.uuid().meta({ description: 'UUIDv7' });

export const timeSchema = z.iso.datetime().meta({ description: 'RFC 3339, UTC' });

export const moneySchema = z
  .strictObject({
    amount: z.int().min(0).meta({ description: 'Integer minor units' }),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .meta({ description: 'ISO 4217' }),
  })
  .meta({ id: 'Money', examples: [{ amount: 5997, currency: 'USD' }] });
