import { ConfigError } from '@orders/service/config-error';
import { installGracefulShutdown } from '@orders/service/graceful-shutdown';
import { boundHeapGrowth } from '@orders/service/heap-growth';
import { createLogger } from '@orders/service/logger';
import { readConfig, type WorkerConfig } from './config.ts';
import { startWorker } from './start-worker.ts';

boundHeapGrowth();
const config = configOrExit();
const logger = createLogger({ name: 'worker', level: config.LOG_LEVEL });
const worker = await startWorker(config, logger, {
  // Not a clean end: nothing of a wedged worker can be trusted to drain.
  onStuck: () => process.exit(1),
  onFailpoint: ({ name, action }) => process.stderr.write(`failpoint ${name}: ${action}\n`),
});
installGracefulShutdown({ logger, close: () => worker.close() });

function configOrExit(): WorkerConfig {
  try {
    return readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return process.exit(2);
  }
}
