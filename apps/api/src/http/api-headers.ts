/**
 * What every answer of the API carries: nothing of it is a page, so nothing of it may be treated as
 * one. Fixed, since @fastify/helmet builds its middleware anew for every request.
 */
export const API_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'referrer-policy': 'no-referrer',
} as const;
