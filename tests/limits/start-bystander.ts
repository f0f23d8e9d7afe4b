import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { mintToken } from '../harness/mint-token.ts';

const PAUSE_MS = 50;

/** What became of the requests of somebody who has nothing to do with the attack. */
export interface Experience {
  readonly requests: number;
  /** Of answers other than 200 and 201; 0 stands for none. */
  readonly refusals: readonly number[];
  readonly p95Ms: number;
  readonly slowestMs: number;
}

export interface Bystander {
  leave(): Promise<Experience>;
}

/**
 * Places and reads orders, one request after the other, from an address of its own (127.0.0.2)
 * until told to leave.
 */
export function startBystander(apiUrl: string, sku: string): Bystander {
  const authorization = `Bearer ${mintToken(`bystander-${randomUUID()}`)}`;
  const times: number[] = [];
  const refusals: number[] = [];
  let stays = true;

  async function ask(method: string, path: string, body?: object): Promise<string> {
    const since = performance.now();
    const { status, text } = await exchange(`${apiUrl}${path}`, method, authorization, body);
    times.push(performance.now() - since);
    if (status !== 200 && status !== 201) refusals.push(status);
    return text;
  }

  async function live(): Promise<void> {
    for (let n = 1; stays; n += 1) {
      const items = [{ sku, quantity: 1 + (n % 1_000) }];
      const order: { id?: string } = JSON.parse(
        (await ask('POST', '/orders', { items, allowDuplicate: true })) || '{}',
      );
      if (order.id !== undefined) await ask('GET', `/orders/${order.id}`);
      await wait(PAUSE_MS);
    }
  }

  const living = live();
  return {
    leave: async () => {
      stays = false;
      await living;
      const sorted = times.toSorted((a, b) => a - b);
      return {
        requests: times.length,
        refusals,
        p95Ms: Math.round(sorted[Math.floor(sorted.length * 0.95)] ?? 0),
        slowestMs: Math.round(sorted.at(-1) ?? 0),
      };
    },
  };
}

/** A connection for each request: whoever comes anew must get in, too. */
function exchange(
  url: string,
  method: string,
  authorization: string,
  body?: object,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    const fail = () => resolve({ status: 0, text: '' });
    const asked = request(
      url,
      {
        method,
        agent: false,
        localAddress: '127.0.0.2',
        timeout: 10_000,
        headers: { authorization, ...(body && { 'content-type': 'application/json' }) },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk) => (text += String(chunk)));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        response.on('error', fail);
      },
    );
    asked.on('timeout', () => asked.destroy());
    asked.on('error', fail);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
