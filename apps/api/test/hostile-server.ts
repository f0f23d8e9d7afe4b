import { expect } from 'vitest';
import { build, type TestApi } from './build.ts';
import { type CatalogueDatabase, startCatalogueDatabase } from './catalogue.ts';
import { refuseIndiscretions } from './document-check.ts';
import { exchange, type RawAnswer, type RawRequest, toBytes } from './raw-http.ts';
import { bearer } from './tokens.ts';

export interface Expectation {
  readonly status: number;
  readonly slug: string;
  /** One second unless the row is about time. */
  readonly withinMs?: number;
}

export interface HostileServer {
  readonly port: number;
  readonly api: TestApi;
  /** Sends as it is. */
  send(request: RawRequest | Buffer): Promise<RawAnswer>;
  /** Sends as a customer, with the content type that bodies must have unless another is given. */
  sendAsCustomer(request: RawRequest): Promise<RawAnswer>;
  /** Problem details of the expected type, in time, saying nothing about the inside. */
  expectRefusal(answer: RawAnswer, expectation: Expectation): void;
  /** Nothing was written, and the process still serves. */
  expectUnharmed(): Promise<void>;
  close(): Promise<void>;
}

/** The whole API on a real socket, with a PostgreSQL of its own. */
export async function startHostileServer(): Promise<HostileServer> {
  const catalogue: CatalogueDatabase = await startCatalogueDatabase();
  const api = await build({ env: { DATABASE_URL: catalogue.url } });
  const address = await api.app.listen({ host: '127.0.0.1', port: 0 });
  const port = Number(new URL(address).port);
  const authorization = await bearer();
  let expectedOrders = 0;

  const send = (request: RawRequest | Buffer) =>
    exchange(port, Buffer.isBuffer(request) ? request : toBytes(request));

  return {
    port,
    api,
    send,
    sendAsCustomer: async (request) => {
      const given = request.headers ?? [];
      const typed = given.some(([name]) => /^content-type$/i.test(name));
      const answer = await send({
        ...request,
        headers: [
          ['Authorization', authorization],
          ...(typed ? [] : [['Content-Type', 'application/json'] as const]),
          ...given,
        ],
      });
      if (answer.status === 201 && answer.headers.get('idempotency-replayed') === undefined) {
        expectedOrders += 1;
      }
      return answer;
    },
    expectRefusal: (answer, { status, slug, withinMs = 1_000 }) => {
      expect({ status: answer.status, type: answer.body['type'] }).toEqual({
        status,
        type: `/problems/${slug}`,
      });
      expect(answer.body['status']).toBe(status);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(answer.ms).toBeLessThan(withinMs);
      refuseIndiscretions(answer.text);
    },
    expectUnharmed: async () => {
      expect(await catalogue.countOrders()).toBe(expectedOrders);
      const alive = await send({ method: 'GET', path: '/openapi.json' });
      expect(alive.status).toBe(200);
      expect(api.log.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
    },
    close: async () => {
      await api.close();
      await catalogue.close();
    },
  };
}
