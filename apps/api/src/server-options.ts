import { type FastifyBaseLogger, LogController } from 'fastify';
import { createAddressMatcher } from './http/address-ranges.ts';
import { createRequestIds } from './http/request-ids.ts';
import { MAX_BODY_BYTES, MAX_HEADER_BYTES, MAX_URL_BYTES } from './http/size-limits.ts';
import { answerFrameworkError } from './plugins/problems.ts';
import { answerClientError } from './problems/client-error.ts';

export const CLOSE_GRACE_MS = 5_000;

/**
 * How connections are treated before any of our code sees a request. The limits answer slow and
 * endless senders within five seconds; HTTP/1.1 only.
 */
export function createServerOptions(logger: FastifyBaseLogger, trustedProxies: readonly string[]) {
  const trustsPeer = createAddressMatcher(trustedProxies);
  return {
    loggerInstance: logger,
    // A child logger and two lines per request would cost more than placing its order; metrics
    // count requests, and what goes wrong is logged with the id of its request.
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (parent: FastifyBaseLogger) => parent,
    genReqId: createRequestIds(trustsPeer),
    trustProxy: trustsPeer,
    http: {
      headersTimeout: 3_000,
      // Without it the other two time-outs are looked at every 30 s only.
      connectionsCheckingInterval: 500,
      maxHeaderSize: MAX_HEADER_BYTES,
      // A missing Host is refused by us, as problem details.
      requireHostHeader: false,
    },
    requestTimeout: 4_000,
    keepAliveTimeout: 72_000,
    // A client that neither sends nor reads for so long is gone. Above every silence that is meant:
    // keep-alive, `Prefer: wait` and the heartbeat of event streams.
    connectionTimeout: 90_000,
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: MAX_URL_BYTES },
    // While closing, requests on open connections are still served, and told to close.
    return503OnClosing: false,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError,
  };
}
