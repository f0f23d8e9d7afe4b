import { type Ledger, ledgerSchema } from '@orders/domain/contracts/payment-provider';

/** The outside world, and what a scenario may ask of it. */
export interface Provider {
  readonly url: string;
  /** How often what goes wrong, and whether everything is away; see the simulator's README. */
  change(weather: { faults?: string; seed?: number; outage?: string }): Promise<void>;
  /** What was really charged and refunded: everything, or of one order. */
  ledger(orderId?: string): Promise<Ledger>;
  /** Any other call, for the warehouse's shelves. */
  call(method: string, path: string, body?: object): Promise<unknown>;
}

export function askProvider(url: string): Provider {
  async function call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${url}${path}`, {
      method,
      signal: AbortSignal.timeout(10_000),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (!response.ok)
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
  return {
    url,
    call,
    change: async (weather) => {
      await call('PUT', '/faults', weather);
    },
    ledger: async (orderId) =>
      ledgerSchema.parse(
        await call('GET', orderId === undefined ? '/ledger' : `/ledger?orderId=${orderId}`),
      ),
  };
}
