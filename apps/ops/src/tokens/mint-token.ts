import { SignJWT } from 'jose';

/** How tokens are signed, and by whom they claim to be: what the api checks them against. */
export interface TokenIssuer {
  /** HS256, at least 32 bytes. */
  readonly secret: string;
  readonly issuer: string;
  readonly audience: string;
}

export interface TokenClaims {
  /** The customer, or the operator, as `sub`. */
  readonly subject: string;
  /** Space-separated; `orders:operate` makes an operator. */
  readonly scope?: string | undefined;
  readonly ttlSeconds: number;
}

/** Mints a bearer token as an identity provider would: for development, tests and load only. */
export function mintToken(
  { secret, issuer, audience }: TokenIssuer,
  { subject, scope, ttlSeconds }: TokenClaims,
): Promise<string> {
  const issuedAt = Math.floor(Date.now() / 1000);
  return new SignJWT(scope === undefined ? {} : { scope })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(subject)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ttlSeconds)
    .sign(new TextEncoder().encode(secret));
}
