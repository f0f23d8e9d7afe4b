import { join } from 'node:path';
import { mintToken, type TokenIssuer } from '../tokens/mint-token.ts';
import { keepLocalSecret } from './local-secret.ts';

/** Who the local stack says it is, and two who may talk to it. */
export interface LocalIdentity {
  readonly jwt: TokenIssuer;
  readonly tokens: { readonly customer: string; readonly operator: string };
}

const TTL_SECONDS = 30 * 86_400;

/** The issuer of the local stack, with fresh tokens of a customer and of an operator. */
export async function keepLocalIdentity(localFolder: string): Promise<LocalIdentity> {
  const secret = await keepLocalSecret(join(localFolder, 'jwt-secret'));
  const jwt = { secret, issuer: 'orders-local', audience: 'orders' };
  const ttlSeconds = TTL_SECONDS;
  return {
    jwt,
    tokens: {
      customer: await mintToken(jwt, { subject: 'customer-1', ttlSeconds }),
      operator: await mintToken(jwt, {
        subject: 'operator-1',
        scope: 'orders:operate',
        ttlSeconds,
      }),
    },
  };
}
