/**
 * Every problem the API can answer with (RFC 9457): slug → status and title. The slug is the last
 * part of the problem's `type`, `/problems/<slug>`, which resolves to a page with the explanation.
 */
export const PROBLEMS = {
  'malformed-json': p(400, 'Malformed JSON', 'The body is not valid JSON in UTF-8.'),
  'validation-error': p(
    400,
    'Validation error',
    'The request does not fit its schema; `errors` names each place.',
  ),
  'idempotency-key-invalid': p(
    400,
    'Invalid Idempotency-Key',
    'The header must be given once, with 1 to 255 visible ASCII characters, bare or as a quoted string.',
  ),
  'invalid-cursor': p(
    400,
    'Invalid cursor',
    'The cursor was not issued by this service, or for another list.',
  ),
  unauthorized: p(401, 'Unauthorized', 'A valid bearer token is needed.'),
  forbidden: p(403, 'Forbidden', 'The token lacks the scope that this route needs.'),
  'not-found': p(404, 'Not found', 'There is nothing here, or nothing that you may see.'),
  'method-not-allowed': p(405, 'Method not allowed', '`Allow` lists the methods of this resource.'),
  'not-acceptable': p(406, 'Not acceptable', 'None of the accepted media types can be produced.'),
  'request-timeout': p(408, 'Request timeout', 'The request did not arrive in time.'),
  'duplicate-order': p(
    409,
    'Duplicate order',
    'The same customer ordered the same basket within the duplicate window; `existingOrderId` names the order. `allowDuplicate: true` orders again.',
  ),
  'illegal-state': p(409, 'Illegal state', 'The order is in a status that does not allow this.'),
  'already-redriven': p(409, 'Already redriven', 'The dead letter is no longer open.'),
  'precondition-failed': p(
    412,
    'Precondition failed',
    'The resource has changed: read it again and send its current ETag in If-Match.',
  ),
  'payload-too-large': p(413, 'Payload too large', 'The body is larger than 64 KiB.'),
  'uri-too-long': p(414, 'URI too long', 'The request target is too long.'),
  'unsupported-media-type': p(
    415,
    'Unsupported media type',
    'Bodies are application/json in UTF-8, without a content coding.',
  ),
  'unknown-sku': p(422, 'Unknown SKU', 'The catalogue does not know at least one of the items.'),
  'unknown-category': p(
    422,
    'Unknown category',
    'A product can only be in categories that exist; `categories` names those that do not.',
  ),
  'inactive-product': p(422, 'Inactive product', 'At least one of the items is not for sale.'),
  'total-mismatch': p(
    422,
    'Total mismatch',
    'The catalogue prices give another total than `expectedTotal`.',
  ),
  'idempotency-key-reused': p(
    422,
    'Idempotency-Key reused',
    'The key belongs to an earlier request with another body.',
  ),
  'precondition-required': p(
    428,
    'Precondition required',
    'Send the ETag of the resource in If-Match.',
  ),
  'rate-limited': p(429, 'Too many requests', 'Wait for the time that Retry-After gives.'),
  'headers-too-large': p(
    431,
    'Request header fields too large',
    'The header block is larger than 16 KiB.',
  ),
  internal: p(
    500,
    'Internal error',
    'Something went wrong on our side; nothing was done unless a later read shows it.',
  ),
  overloaded: p(503, 'Overloaded', 'Too much is waiting already; come back after Retry-After.'),
  unavailable: p(
    503,
    'Unavailable',
    'A part that is needed for this cannot be reached; come back after Retry-After.',
  ),
} as const satisfies Record<string, ProblemType>;

export interface ProblemType {
  readonly status: number;
  readonly title: string;
  readonly explanation: string;
}

export type ProblemSlug = keyof typeof PROBLEMS;

function p(status: number, title: string, explanation: string): ProblemType {
  return { status, title, explanation };
}
