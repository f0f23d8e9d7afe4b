import { createServer, type Server } from 'node:http';
import type { Logger } from '@orders/service/logger';
import type { Config } from './config.ts';
import { createWeather } from './faults/weather.ts';
import { handleRequest } from './http/handle-request.ts';
import { openWorld, type World } from './world.ts';

/** Longer than any client keeps an idle connection, so that none is closed under its next request. */
const KEEP_ALIVE_MS = 75_000;
const CLOSE_MS = 1_000;

export interface Simulator {
  readonly url: string;
  /** Answers what is under way, but not what hangs or is delayed; everything done is durable. */
  close(): Promise<void>;
}

/**
 * Starts the outside world on one ledger file, which no other process may use at the same time.
 * @param onFailure called when the disk refuses the ledger: end the process, nothing is
 *   acknowledged any more.
 * @throws Error when the ledger file is damaged or the port is taken.
 */
export async function startSimulator(
  config: Config,
  logger: Logger,
  onFailure: (error: Error) => void,
): Promise<Simulator> {
  const weather = createWeather(config.faults, config.plan, config.seed);
  const world = await openWorld(config.ledgerFile, weather, onFailure);
  const server = createHttpServer(world, logger);
  try {
    const url = await listen(server, config);
    const charges = world.ledger.charges.length;
    const { faults, seed, ledgerFile } = config;
    logger.info({ url, ledgerFile, charges, faults, seed }, 'The simulator is listening.');
    return {
      url,
      async close() {
        world.closing = true;
        await closeServer(server);
        await world.journal.close();
      },
    };
  } catch (error) {
    await world.journal.close();
    throw error;
  }
}

function createHttpServer(world: World, logger: Logger): Server {
  return createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    response.sendDate = false;
    void handleRequest(world, request, response, (error) => {
      logger.error({ err: error, method: request.method, url: request.url }, 'A request failed.');
    });
  });
}

function listen(server: Server, { host, port }: Config): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // Thousands of workers' connections may arrive in one instant.
    server.listen({ host, port, backlog: 4_096 }, () => {
      server.off('error', reject);
      const address = server.address();
      const bound = typeof address === 'object' && address ? address.port : port;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${bound}`);
    });
  });
}

async function closeServer(server: Server): Promise<void> {
  // What hangs on purpose would never end by itself.
  const deadline = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  clearTimeout(deadline);
}
