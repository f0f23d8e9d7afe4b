import { Pool } from 'undici';

export interface Charged {
  readonly status: 'captured' | 'declined';
  readonly chargeId: string;
}

/** Calls the payment provider over kept connections, as every contender does. */
export function createCharge(providerUrl: string, connections: number) {
  const pool = new Pool(providerUrl, { connections, bodyTimeout: 5_000, headersTimeout: 5_000 });
  return async (orderId: string, key: string, amount: number): Promise<Charged> => {
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: '/charges',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ orderId, amount, currency: 'USD', metadata: {} }),
    });
    const answer: unknown = await body.json();
    if (statusCode >= 300 || !isCharge(answer)) {
      throw new Error(`the provider answered ${statusCode}: ${JSON.stringify(answer)}`);
    }
    return { status: answer.status, chargeId: answer.id };
  };
}

function isCharge(value: unknown): value is { id: string; status: 'captured' | 'declined' } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'status' in value &&
    (value.status === 'captured' || value.status === 'declined')
  );
}
