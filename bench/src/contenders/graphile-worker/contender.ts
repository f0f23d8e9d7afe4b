import { Logger, runMigrations } from 'graphile-worker';
import { onDatabase } from '../../stage/on-database.ts';
import type { Peer } from '../contender.ts';
import { describePeer } from '../describe-peer.ts';

/** Orders and jobs in PostgreSQL: Fastify and `pg`, jobs by graphile-worker, added in the order's transaction. */
export const graphileWorker: Peer = {
  title: 'graphile-worker',
  name: 'graphile-worker',
  customerFrom: 'body',
  prepare: (site) =>
    runMigrations({ connectionString: site.databaseUrl, logger: new Logger(() => () => {}) }),
  api: (site, port) => describePeer(site, 'graphile-worker', 'api', port),
  worker: (site) => describePeer(site, 'graphile-worker', 'worker'),
  enqueue: (site, orderIds) =>
    onDatabase(site.databaseUrl, async (client) => {
      await client.query(
        `SELECT count(*) FROM graphile_worker.add_jobs(ARRAY(
           SELECT json_populate_record(NULL::graphile_worker.job_spec,
                    json_build_object('identifier', 'fulfil', 'payload', json_build_object('orderId', id)))
             FROM unnest($1::text[]) AS id))`,
        [orderIds],
      );
    }),
};
