import { createHmac } from 'node:crypto';
import { TOKENS } from '../harness/mint-token.ts';

/** Whose tokens there are: what the identity provider gives, and what it never gave. */
export type TokenKind =
  | 'none'
  | 'customer'
  | 'other customer'
  | 'operator'
  | 'expired'
  | 'not yet valid'
  | 'wrong audience'
  | 'wrong issuer'
  | 'wrong secret'
  | 'no subject'
  | 'no algorithm'
  | 'garbage';

export const OWNER = 'customer-1';
export const OTHER = 'customer-2';
const OPERATOR = 'olga';
const OPERATE = 'orders:operate';

type Claims = Readonly<Record<string, string | number | undefined>>;

/**
 * An `Authorization` header of each kind, null where there is none. Those that are refused would be
 * an operator's if only the one thing were right that is wrong with them.
 *
 * @param secret signs those that are to be believed; the harness's without it
 */
export function createBearers(
  secret: string = TOKENS.secret,
): Readonly<Record<TokenKind, string | null>> {
  const now = Math.floor(Date.now() / 1_000);
  const issued: Claims = {
    iss: TOKENS.issuer,
    aud: TOKENS.audience,
    iat: now - 7_200,
    exp: now + 86_400,
  };
  const operating: Claims = { ...issued, sub: OPERATOR, scope: OPERATE };
  const of = (claims: Claims, key = secret) => `Bearer ${sign(claims, key)}`;
  return {
    none: null,
    customer: of({ ...issued, sub: OWNER }),
    'other customer': of({ ...issued, sub: OTHER }),
    operator: of(operating),
    expired: of({ ...operating, exp: now - 3_600 }),
    'not yet valid': of({ ...operating, nbf: now + 3_600 }),
    'wrong audience': of({ ...operating, aud: 'somewhere-else' }),
    'wrong issuer': of({ ...operating, iss: 'https://somewhere-else.test' }),
    'wrong secret': of(operating, `${secret}x`),
    'no subject': of({ ...operating, sub: undefined }),
    'no algorithm': `Bearer ${encode({ alg: 'none', typ: 'JWT' })}.${encode(operating)}.`,
    garbage: 'Bearer a.b.c',
  };
}

/** The kinds that are let in at all. */
export const BELIEVED: ReadonlySet<TokenKind> = new Set(['customer', 'other customer', 'operator']);

function sign(claims: Claims, secret: string): string {
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
