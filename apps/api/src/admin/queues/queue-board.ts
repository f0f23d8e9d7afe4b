import type { IncomingMessage, ServerResponse } from 'node:http';
import { createBullBoard } from '@bull-board/api';
import { FastifyAdapter } from '@bull-board/fastify';
import { startBoardQueues } from '@orders/queue/board-queues';
import type { Logger } from '@orders/service/logger';
import { fastify, type FastifyRequest } from 'fastify';
import { createTokenVerifier, type TokenRules } from '../../authentication/token-verifier.ts';

const PREFIX = '/queues';
const BASIC = /^Basic +([\w+/=-]+)$/i;
const BEARER = /^Bearer +(\S+)$/i;
const READING = ['GET', 'HEAD'];

export interface QueueBoardOptions {
  readonly redis: { readonly url: string; readonly shards: number };
  readonly tokens: TokenRules;
  readonly writable: boolean;
  readonly logger: Logger;
}

export interface QueueBoard {
  /** Answers what is below `/queues`; false for everything else. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  close(): Promise<void>;
}

/**
 * The queues for an operator's browser, on a listener that others do not reach. The board itself
 * asks nobody who he is: here an operator's token is needed, as bearer, or as the password that a
 * browser asks for (any user name). It only shows, unless it is made writable.
 */
export async function startQueueBoard(options: QueueBoardOptions): Promise<QueueBoard> {
  const { redis, tokens, writable, logger } = options;
  const verify = await createTokenVerifier(tokens);
  const queues = startBoardQueues({ ...redis, logger, writable });
  const adapter = new FastifyAdapter();
  adapter.setBasePath(PREFIX);
  createBullBoard({
    queues: [...queues.adapters],
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'Orders' } },
  });

  const app = fastify({ logger: false });
  app.addHook('onRequest', async (request, reply) => {
    const token = readToken(request);
    const verification = token === null ? null : await verify(token);
    if (verification?.kind === 'unavailable') return reply.code(503).send('Keys are unavailable.');
    if (verification?.kind !== 'verified') {
      reply.header('www-authenticate', 'Basic realm="queues: an operator token as password"');
      return reply.code(401).send('An operator token is needed.');
    }
    const { isOperator, subject } = verification.principal;
    if (!isOperator) return reply.code(403).send('The token is not that of an operator.');
    if (!READING.includes(request.method)) {
      if (!writable) return reply.code(405).send('The board is read-only.');
      logger.info({ actor: `operator:${subject}`, url: request.url }, 'The queue board was used.');
    }
    return undefined;
  });
  await app.register(adapter.registerPlugin(), { prefix: PREFIX });
  await app.ready();

  return {
    handle: (request, response) => {
      const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
      if (path !== PREFIX && !path.startsWith(`${PREFIX}/`)) return false;
      app.routing(request, response);
      return true;
    },
    close: async () => {
      await app.close();
      await queues.close();
    },
  };
}

function readToken({ headers }: FastifyRequest): string | null {
  const { authorization = '' } = headers;
  const basic = BASIC.exec(authorization)?.[1];
  if (basic === undefined) return BEARER.exec(authorization)?.[1] ?? null;
  const credentials = Buffer.from(basic, 'base64').toString();
  return credentials.slice(credentials.indexOf(':') + 1);
}
