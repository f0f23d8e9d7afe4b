import pg from 'pg';
import { createCharge } from '../charge.ts';
import { readEnvironment } from '../environment.ts';
import { fulfilOrder } from '../plain-sql/fulfil-order.ts';
import { QUEUE, startBoss } from './queue.ts';

/** Orders under way at once: what the pool's connections keep busy. */
const CONCURRENCY = 20;
/** Several loops, so that one fetches and completes while the others work. */
const LOOPS = 4;
const BATCH_SIZE = 50;

const { databaseUrl, providerUrl } = readEnvironment();
const pool = new pg.Pool({ connectionString: databaseUrl, max: CONCURRENCY });
const charge = createCharge(providerUrl, CONCURRENCY);
const boss = await startBoss(databaseUrl, LOOPS);

for (let loop = 0; loop < LOOPS; loop += 1) {
  const id: string = await boss.work<{ orderId: string }>(
    QUEUE,
    { batchSize: BATCH_SIZE, pollingIntervalSeconds: 0.5 },
    async (jobs) => {
      // A full batch: there is more, so do not wait for the next poll.
      if (jobs.length === BATCH_SIZE) boss.notifyWorker(id);
      await Promise.all(jobs.map(({ data }) => fulfilOrder(pool, charge, data.orderId)));
    },
  );
}
