import type { z } from 'zod';

/** A header as a JSON Schema with a description. */
export type ResponseHeaders = Readonly<
  Record<string, { readonly type: string; readonly description: string }>
>;

/** A response as routes declare it: what the type provider reads, and what it would leave out. */
export interface DescribedResponse {
  readonly description: string;
  readonly headers?: ResponseHeaders;
  readonly content: Readonly<
    Record<
      string,
      { readonly schema: z.ZodType; readonly examples?: Readonly<Record<string, unknown>> }
    >
  >;
}

/** Headers that several routes answer with. */
export const HEADERS = {
  etag: { type: 'string', description: 'Strong entity tag of this version' },
  link: { type: 'string', description: '`rel="next"`: the next page (RFC 8288)' },
  location: { type: 'string', description: 'Path of the order' },
  preferenceApplied: {
    type: 'string',
    description: '`wait=N`: how long the answer waited, or would have; absent when it did not',
  },
  replayed: {
    type: 'string',
    description: '`true` when the Idempotency-Key had its order already',
  },
  rateLimit: {
    type: 'string',
    description: 'The nearest limit, requests that remain of it, seconds until its window ends',
  },
  rateLimitPolicy: { type: 'string', description: 'Each limit with its quota and window' },
  retryAfter: { type: 'string', description: 'Seconds to wait before asking again' },
  challenge: { type: 'string', description: 'RFC 6750 challenge' },
} as const;
