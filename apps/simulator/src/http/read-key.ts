import type { IncomingMessage } from 'node:http';
import { RefusedRequest } from './refused-request.ts';

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * The request's `Idempotency-Key`, bare. A header sent twice arrives joined by a comma and a space
 * and is refused with the rest of what is not 1 to 255 visible ASCII characters.
 * @throws RefusedRequest 400
 */
export function readKey(request: IncomingMessage): string {
  const key = request.headers['idempotency-key'];
  if (typeof key === 'string' && KEY.test(key)) return key;
  throw new RefusedRequest(400, 'invalid-request', 'Idempotency-Key: 1 to 255 visible characters');
}
