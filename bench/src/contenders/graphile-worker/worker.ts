import { Logger, run } from 'graphile-worker';
import pg from 'pg';
import { createCharge } from '../charge.ts';
import { readEnvironment } from '../environment.ts';
import { fulfilOrder } from '../plain-sql/fulfil-order.ts';

const CONCURRENCY = 24;
const REPORTED: readonly string[] = ['error', 'warning'];

const { databaseUrl, providerUrl } = readEnvironment();
const pool = new pg.Pool({ connectionString: databaseUrl, max: CONCURRENCY });
const charge = createCharge(providerUrl, CONCURRENCY);

// The settings of its page on performance. It logs each job otherwise.
await run({
  preset: {
    worker: {
      connectionString: databaseUrl,
      concurrentJobs: CONCURRENCY,
      maxPoolSize: CONCURRENCY + 1,
      localQueue: { size: 500 },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
    },
  },
  logger: new Logger(() => (level, message) => {
    if (REPORTED.includes(level)) process.stderr.write(`${message}\n`);
  }),
  taskList: {
    fulfil: async (payload) => {
      await fulfilOrder(pool, charge, readOrderId(payload));
    },
  },
});

function readOrderId(payload: unknown): string {
  if (typeof payload === 'object' && payload !== null && 'orderId' in payload) {
    return String(payload.orderId);
  }
  throw new Error('a job without an order');
}
