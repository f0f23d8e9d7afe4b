import { randomBytes } from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';

export const ISSUER = 'https://issuer.test';
export const AUDIENCE = 'orders';
/** Another one in each run, so that none can be lying about. */
export const SECRET = randomBytes(48).toString('base64');

export interface TokenOptions {
  readonly alg?: string;
  readonly secret?: string;
  readonly kid?: string;
}

/** A token as the identity provider would make it; `undefined` takes a claim out. */
export function mintToken(
  claims: Record<string, unknown> = {},
  { alg = 'HS256', secret = SECRET, kid }: TokenOptions = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const payload: JWTPayload = JSON.parse(
    JSON.stringify({
      iss: ISSUER,
      aud: AUDIENCE,
      sub: 'customer-1',
      iat: now,
      exp: now + 300,
      ...claims,
    }),
  );
  return new SignJWT(payload)
    .setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }) })
    .sign(Buffer.from(secret));
}

export async function bearer(sub = 'customer-1', scope?: string): Promise<string> {
  return `Bearer ${await mintToken({ sub, scope })}`;
}

export const operatorBearer = (sub = 'olga') => bearer(sub, 'orders:operate');
