import type { OrderStatus } from '@orders/domain/order-status';
import type { Answer } from '../harness/remembering-client.ts';
import type { System } from '../harness/start-system.ts';
import { demand, type ModelOrder, toStatus } from './model.ts';

const TRIES = 40;

/** The running system and the ways in which the commands use it. */
export interface Real {
  readonly system: System;
  /** Asks until the answer is definite: what was done is not done again by asking for it. */
  ask(method: string, path: string, options?: AskOptions): Promise<Seen>;
}

export interface AskOptions {
  /** An operator without one. */
  readonly customerId?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer whose body is an object. */
export interface Seen {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly replayed: boolean;
  /** How often it was asked; an answer that did not come may have been carried out. */
  readonly tries: number;
}

export function createReal(system: System): Real {
  return {
    system,
    ask: async (method, path, options = {}) => {
      for (let tries = 1; ; tries += 1) {
        const answer = await system.client.request(method, path, options);
        const isDefinite = answer.status !== 0 && answer.status < 500;
        if (isDefinite) return toSeen(answer, tries);
        demand(
          answer.status === 503 || answer.status === 0,
          `${method} ${path} was answered with ${answer.status}`,
        );
        demand(tries < TRIES, `${method} ${path} is not answered`);
      }
    },
  };
}

export function toSeen({ status, body, replayed }: Answer, tries = 1): Seen {
  return {
    status,
    replayed,
    tries,
    body: typeof body === 'object' && body !== null ? { ...body } : {},
  };
}

/** How an order stands now, as its owner sees it. */
export async function look(
  real: Real,
  { id, customerId }: ModelOrder,
): Promise<{ status: OrderStatus; version: number; body: Seen['body'] }> {
  const { status, body } = await real.ask('GET', `/orders/${id}`, { customerId });
  demand(status === 200, `order ${id} was answered with ${status}`);
  return { status: toStatus(body['status']), version: Number(body['version']), body };
}
