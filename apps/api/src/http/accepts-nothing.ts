import { z } from 'zod';

/** Whether a request may come without the part that this schema describes. */
export function acceptsNothing(schema: unknown): boolean {
  return schema instanceof z.ZodType && schema.safeParse(undefined).success;
}
