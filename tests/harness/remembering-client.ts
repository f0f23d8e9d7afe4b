import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { mintToken } from './mint-token.ts';

/** An order that somebody wants. */
export interface Wish {
  readonly customerId: string;
  readonly key: string;
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
  /** Fate at the payment provider; see the simulator's README. */
  readonly simulate?: string | undefined;
}

export interface Answer {
  /** 0 when there was none: refused, reset, or too late. */
  readonly status: number;
  readonly ms: number;
  readonly replayed: boolean;
  readonly body: unknown;
}

/** Everything that the client was ever told about one wish. */
export interface Memory {
  readonly wish: Wish;
  readonly answers: Answer[];
  /** Of the first 201; every other one must say the same. */
  orderId: string | null;
}

export interface Client {
  /** In the order of the wishes. */
  readonly memories: readonly Memory[];
  /** Makes a wish without asking for it yet: a customer and a key of its own. */
  wish(about?: Partial<Pick<Wish, 'items' | 'simulate' | 'customerId' | 'key'>>): Memory;
  /** Asks once, and remembers the answer. */
  ask(memory: Memory): Promise<Answer>;
  /** Asks with the same key until the answer is definite (2xx or 4xx but 429). */
  insist(memory: Memory, timeoutMs?: number): Promise<Answer>;
  /** A wish that is insisted on. Resolves with the order's id; throws when it was refused. */
  place(about?: Parameters<Client['wish']>[0]): Promise<string>;
  /** Any other request, as `customerId` or, without one, as an operator. */
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  /** Keys that were answered with two ids, and ids that stand for two keys. */
  contradictions(): string[];
}

export interface RequestOptions {
  readonly customerId?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

export interface ClientOptions {
  readonly apiUrl: () => string;
  /** Orders that were answered with 201, one JSON object a line, for `ops invariants`. */
  readonly acknowledgedFile: string;
  readonly sku: string;
}

/** A client that remembers every answer it got, and asks again with the same key when it got none. */
export function createClient({ apiUrl, acknowledgedFile, sku }: ClientOptions): Client {
  const memories: Memory[] = [];
  const contradictions: string[] = [];
  const owners = new Map<string, Memory>();

  async function request(
    method: string,
    path: string,
    { customerId, body, headers = {}, timeoutMs = 10_000 }: RequestOptions = {},
  ): Promise<Answer> {
    const since = performance.now();
    const token =
      customerId === undefined ? mintToken('olga', 'orders:operate') : mintToken(customerId);
    try {
      const response = await fetch(`${apiUrl()}${path}`, {
        method,
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        ms: Math.round(performance.now() - since),
        replayed: response.headers.get('idempotency-replayed') === 'true',
        body: text === '' ? null : JSON.parse(text),
      };
    } catch {
      return { status: 0, ms: Math.round(performance.now() - since), replayed: false, body: null };
    }
  }

  async function ask(memory: Memory): Promise<Answer> {
    const { customerId, key, items, simulate } = memory.wish;
    const answer = await request('POST', '/orders', {
      customerId,
      body: { items, ...(simulate === undefined ? {} : { metadata: { simulate } }) },
      headers: { 'idempotency-key': key },
    });
    memory.answers.push(answer);
    if (answer.status === 201) remember(memory, idOf(answer));
    return answer;
  }

  function remember(memory: Memory, id: string): void {
    const { key, customerId } = memory.wish;
    if (memory.orderId === null) {
      memory.orderId = id;
      appendFileSync(acknowledgedFile, `${JSON.stringify({ id, key, customerId })}\n`);
    } else if (memory.orderId !== id) {
      contradictions.push(`key ${key} was answered with order ${memory.orderId} and with ${id}`);
    }
    const owner = owners.get(id) ?? memory;
    owners.set(id, owner);
    if (owner !== memory) {
      contradictions.push(`order ${id} was given for key ${owner.wish.key} and for ${key}`);
    }
  }

  async function insist(memory: Memory, timeoutMs = 60_000): Promise<Answer> {
    const until = performance.now() + timeoutMs;
    for (;;) {
      const answer = await ask(memory);
      if (isDefinite(answer)) return answer;
      if (performance.now() > until) {
        throw new Error(`no definite answer within ${timeoutMs} ms; the last was ${answer.status}`);
      }
      await wait(100 + 200 * Math.random());
    }
  }

  function wish(about: Parameters<Client['wish']>[0] = {}): Memory {
    const key = randomUUID();
    const memory: Memory = {
      wish: { customerId: `c-${key}`, key, items: [{ sku, quantity: 1 }], ...about },
      answers: [],
      orderId: null,
    };
    memories.push(memory);
    return memory;
  }

  return {
    memories,
    wish,
    ask,
    insist,
    request,
    place: async (about) => {
      const memory = wish(about);
      const answer = await insist(memory);
      if (memory.orderId !== null) return memory.orderId;
      throw new Error(
        `the order was answered with ${answer.status}: ${JSON.stringify(answer.body)}`,
      );
    },
    contradictions: () => contradictions,
  };
}

/** Whether the answer says what became of the request; else it has to be asked again. */
export function isDefinite({ status }: Answer): boolean {
  return status >= 200 && status < 500 && status !== 429 && status !== 408;
}

function idOf({ body }: Answer): string {
  if (typeof body === 'object' && body !== null && 'id' in body && typeof body.id === 'string') {
    return body.id;
  }
  throw new Error(`a 201 without an order: ${JSON.stringify(body)}`);
}
