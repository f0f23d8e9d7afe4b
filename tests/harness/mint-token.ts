import { createHmac, randomBytes } from 'node:crypto';

/** Another one in each run, so that finding it in a log means that it leaked there. */
export const TOKENS = {
  secret: randomBytes(48).toString('base64url'),
  issuer: 'https://issuer.test',
  audience: 'orders',
} as const;

/** An HS256 bearer token as the identity provider would give it, good for a day. */
export function mintToken(subject: string, scope?: string): string {
  const now = Math.floor(Date.now() / 1_000);
  const { secret, issuer: iss, audience: aud } = TOKENS;
  // From an hour ago, for processes whose clock a scenario sets back.
  const claims = { iss, aud, sub: subject, iat: now - 3_600, exp: now + 86_400, scope };
  const signed = [{ alg: 'HS256', typ: 'JWT' }, claims].map(encode).join('.');
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
