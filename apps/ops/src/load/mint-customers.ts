import type { PlannedOrder } from './plan-orders.ts';
import { mintToken, type TokenIssuer } from '../tokens/mint-token.ts';

/** Longer than any run. */
const TTL_SECONDS = 86_400;

/** An Authorization header for each customer of the run. */
export async function mintCustomers(
  orders: readonly PlannedOrder[],
  issuer: TokenIssuer,
): Promise<Map<string, string>> {
  const headers = new Map<string, string>();
  for (const subject of new Set(orders.map(({ customerId }) => customerId))) {
    const token = await mintToken(issuer, { subject, ttlSeconds: TTL_SECONDS });
    headers.set(subject, `Bearer ${token}`);
  }
  return headers;
}
