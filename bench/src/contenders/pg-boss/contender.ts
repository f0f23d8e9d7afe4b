import type { Peer } from '../contender.ts';
import { describePeer } from '../describe-peer.ts';
import { QUEUE, startBoss } from './queue.ts';

/** Orders and jobs in PostgreSQL: Fastify and `pg`, jobs by pg-boss, sent in the order's transaction. */
export const pgBoss: Peer = {
  title: 'pg-boss',
  name: 'pg-boss',
  customerFrom: 'body',
  prepare: async (site) => {
    const boss = await startBoss(site.databaseUrl, 2);
    await boss.createQueue(QUEUE);
    await boss.stop({ graceful: false });
  },
  api: (site, port) => describePeer(site, 'pg-boss', 'api', port),
  worker: (site) => describePeer(site, 'pg-boss', 'worker'),
  enqueue: async (site, orderIds) => {
    const boss = await startBoss(site.databaseUrl, 2);
    await boss.insert(orderIds.map((orderId) => ({ name: QUEUE, data: { orderId } })));
    await boss.stop({ graceful: false });
  },
};
