import { webcrypto } from 'node:crypto';
import { customerIdSchema } from '@orders/domain/contracts/order';
import {
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import { OPERATOR_SCOPE, type Principal } from './principal.ts';

export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
  /** One family of algorithms only, or a public key could be passed off as a shared secret. */
  readonly keys:
    | { readonly kind: 'secret'; readonly secret: string }
    | { readonly kind: 'jwks'; readonly url: string };
}

export type Verification =
  | { readonly kind: 'verified'; readonly principal: Principal; readonly expiresAtMs: number }
  /** For the log and tests; the client is told only that the token is not valid. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The keys cannot be fetched, so nobody can say whether the token is good. */
  | { readonly kind: 'unavailable'; readonly error: unknown };

export type VerifyToken = (token: string) => Promise<Verification>;

const PUBLIC_KEY_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA'];
const JWKS_TIMEOUT_MS = 1_500;

/**
 * Makes the function that verifies JSON Web Tokens: signature, `iss`, `aud`, `exp`, `nbf` and `sub`.
 * Every reason to refuse is a result.
 */
export async function createTokenVerifier(rules: TokenRules): Promise<VerifyToken> {
  const claims = {
    issuer: rules.issuer,
    audience: rules.audience,
    requiredClaims: ['exp', 'sub'],
  };
  const verify = await createSignatureCheck(rules.keys, claims);
  return async (token) => {
    try {
      return toVerification(await verify(token));
    } catch (error) {
      if (rules.keys.kind === 'jwks' && !concernsToken(error))
        return { kind: 'unavailable', error };
      return {
        kind: 'refused',
        reason: error instanceof errors.JOSEError ? error.code : 'unusable',
      };
    }
  };
}

/** Whether the token is at fault, and not the fetching of the keys. */
function concernsToken(error: unknown): boolean {
  return (
    error instanceof errors.JOSEError &&
    // Generic is what a key server's answer other than 200 gives.
    !['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'].includes(error.code)
  );
}

async function createSignatureCheck(
  keys: TokenRules['keys'],
  claims: JWTVerifyOptions,
): Promise<(token: string) => Promise<JWTPayload>> {
  if (keys.kind === 'jwks') {
    const keySet = createRemoteJWKSet(new URL(keys.url), { timeoutDuration: JWKS_TIMEOUT_MS });
    const options = { ...claims, algorithms: PUBLIC_KEY_ALGORITHMS };
    return async (token) => (await jwtVerify(token, keySet, options)).payload;
  }
  // Imported once: given the bytes, jose would import them for every token.
  const key = await webcrypto.subtle.importKey(
    'raw',
    Buffer.from(keys.secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['verify'],
  );
  const options = { ...claims, algorithms: ['HS256'] };
  return async (token) => {
    const { payload, protectedHeader } = await jwtVerify(token, key, options);
    // The one secret has no name, so whoever names a key means another.
    if (protectedHeader.kid !== undefined) throw new errors.JWKSNoMatchingKey();
    return payload;
  };
}

function toVerification({ sub, exp, scope }: JWTPayload): Verification {
  const subject = customerIdSchema.safeParse(sub);
  if (!subject.success || exp === undefined) return { kind: 'refused', reason: 'unusable sub' };
  const scopes = typeof scope === 'string' ? scope.split(' ') : [];
  return {
    kind: 'verified',
    principal: { subject: subject.data, isOperator: scopes.includes(OPERATOR_SCOPE) },
    expiresAtMs: exp * 1_000,
  };
}
