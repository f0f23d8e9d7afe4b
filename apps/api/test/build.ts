import { NO_FAILPOINTS, type Failpoints } from '@orders/service/failpoints';
import { createLogger } from '@orders/service/logger';
import { createMetrics, type Metrics } from '@orders/service/metrics';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { createDocumentCheck } from './document-check.ts';
import { AUDIENCE, bearer, ISSUER, SECRET } from './tokens.ts';

/** Where nothing listens: the app must do without, or answer that it cannot. */
export const NOWHERE = {
  DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nothing',
  REDIS_URL: 'redis://127.0.0.1:1',
};

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** The body of an answer that has one. */
  readonly body: Record<string, unknown>;
}

export interface TestApi {
  readonly app: FastifyInstance;
  readonly metrics: Metrics;
  /** Lines of the log so far. */
  readonly log: Record<string, unknown>[];
  /** Sends a request as `customer-1` unless told otherwise; checks the answer against the document. */
  ask(request: InjectOptions): Promise<Answer>;
  /** `POST /orders` with a JSON body. */
  place(body: unknown, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

export interface BuildOptions {
  readonly env?: Record<string, string>;
  readonly failpoints?: Failpoints;
}

/** Builds the app as `main.ts` does, without listening. */
export async function build({
  env = {},
  failpoints = NO_FAILPOINTS,
}: BuildOptions = {}): Promise<TestApi> {
  const log: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void log.push(JSON.parse(line)) };
  const logger = createLogger({ name: 'api', level: 'info', destination });
  const metrics = createMetrics();
  const config = readConfig({
    NODE_ENV: 'test',
    JWT_SECRET: SECRET,
    JWT_ISSUER: ISSUER,
    JWT_AUDIENCE: AUDIENCE,
    // Tests share their cores with others: what is slow is not yet overloaded.
    MAX_EVENT_LOOP_DELAY_MS: '0',
    ...NOWHERE,
    ...env,
  });
  const app = await createApp({ config, logger, metrics, failpoints });
  const documented = createDocumentCheck((await app.inject('/openapi.json')).json());
  const authorization = await bearer();

  async function ask(request: InjectOptions): Promise<Answer> {
    const headers = { authorization, ...request.headers };
    const response = await app.inject({ ...request, headers });
    const { method = 'GET' } = request;
    const url = typeof request.url === 'string' ? request.url : '';
    const text = response.body;
    documented(method, url, response.statusCode, String(response.headers['content-type']), text);
    const body = text.startsWith('{') ? JSON.parse(text) : {};
    return { status: response.statusCode, headers: response.headers, text, body };
  }

  return {
    app,
    metrics,
    log,
    ask,
    place: (body, headers = {}) =>
      ask({
        method: 'POST',
        url: '/orders',
        headers: { 'content-type': 'application/json', ...headers },
        payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      }),
    close: () => app.close(),
  };
}
