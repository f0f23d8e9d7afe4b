import { installGracefulShutdown } from '@orders/service/graceful-shutdown';
import { createLogger } from '@orders/service/logger';
import { type Config, readConfig } from './config.ts';
import { startSimulator } from './simulator.ts';

const CLOSE_DEADLINE_MS = 10_000;

async function main(config: Config): Promise<void> {
  const logger = createLogger({ name: 'simulator', level: config.logLevel });
  const simulator = await startSimulator(config, logger, (error) => {
    logger.fatal(
      { err: error },
      'The ledger cannot be written; exiting, so that nothing is told that is not on disk.',
    );
    process.exit(1);
  });
  installGracefulShutdown({
    logger,
    delayMs: CLOSE_DEADLINE_MS,
    close: () => simulator.close(),
  });
}

try {
  await main(readConfig());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
