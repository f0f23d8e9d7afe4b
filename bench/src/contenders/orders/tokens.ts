import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';

/** Of this run alone. */
export const TOKENS = {
  secret: randomBytes(48).toString('base64'),
  issuer: 'https://bench.test/',
  audience: 'orders',
} as const;

/** A customer's bearer token, good for a day. */
export function mintToken(customerId: string): Promise<string> {
  return new SignJWT({})
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(customerId)
    .setIssuer(TOKENS.issuer)
    .setAudience(TOKENS.audience)
    .setIssuedAt()
    .setExpirationTime('1d')
    .sign(Buffer.from(TOKENS.secret));
}
