import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

export interface Readiness {
  readonly ok: boolean;
  readonly body: object;
}

export interface InternalListenerOptions {
  readonly host: string;
  /** 0 takes a free one; `url` tells which. */
  readonly port: number;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'contentType' | 'render'>;
  /** False asks the platform to restart the process. */
  readonly live: () => boolean | Promise<boolean>;
  /** Not ok takes the process out of its load balancer. */
  readonly ready: () => Promise<Readiness>;
  /** A further handler; true when it has answered, or will. */
  readonly routes?: (
    request: IncomingMessage,
    response: ServerResponse,
  ) => boolean | Promise<boolean>;
}

export interface InternalListener {
  readonly url: string;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const CHECK_TIMEOUT_MS = 2_000;
const CLOSE_GRACE_MS = 500;

/**
 * Starts the listener for platform and operators, apart from the public one so that it answers
 * when that one is overloaded: `/health/live`, `/health/ready` (200 or 503), `/metrics`.
 * Each answer is given within two seconds; a check that takes longer counts as failed.
 *
 * @throws when the address cannot be bound
 */
export async function startInternalListener(
  options: InternalListenerOptions,
): Promise<InternalListener> {
  const server = createServer(
    {
      headersTimeout: 3_000,
      requestTimeout: 5_000,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: 500,
    },
    (request, response) => {
      answerRequest(options, request, response).catch((error: unknown) => {
        options.logger.error(
          { err: error, path: request.url },
          'The internal listener could not answer.',
        );
        send(response, json(500, { status: 'error' }));
      });
    },
  );
  server.maxConnections = 256;
  await listen(server, options);
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('The internal listener has no TCP address.');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${host}:${address.port}`, close: () => close(server) };
}

async function answerRequest(
  options: InternalListenerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const produce = producerOf(path, options);
  if (produce === undefined) {
    if (options.routes !== undefined && (await options.routes(request, response))) return;
    send(response, json(404, { status: 'not found' }));
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    send(response, json(405, { status: 'method not allowed' }));
  } else {
    send(response, await withinTimeout(produce()));
  }
}

function producerOf(
  path: string,
  options: InternalListenerOptions,
): (() => Promise<Answer>) | undefined {
  switch (path) {
    case '/health/live':
      return async () =>
        (await options.live()) ? json(200, { status: 'live' }) : json(503, { status: 'stuck' });
    case '/health/ready':
      return async () => {
        const { ok, body } = await options.ready();
        return json(ok ? 200 : 503, body);
      };
    case '/metrics':
      return async () => ({
        status: 200,
        type: options.metrics.contentType,
        body: await options.metrics.render(),
      });
    default:
      return undefined;
  }
}

async function withinTimeout(answer: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => {
      resolve(json(503, { status: 'timeout' }));
    }, CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function json(status: number, body: object): Answer {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // Answers under way are given a moment; a client that holds its connection must not hold us.
    const timer = setTimeout(() => {
      server.closeAllConnections();
    }, CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
