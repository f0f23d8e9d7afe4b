import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { Peer } from '../contender.ts';
import { describePeer } from '../describe-peer.ts';
import { JOB_OPTIONS, QUEUE } from './queue.ts';

/** Fastify, a nested Prisma create and `queue.add` per request; a BullMQ worker with a transaction per step. */
export const textbook: Peer = {
  title: 'textbook',
  name: 'textbook',
  customerFrom: 'body',
  prepare: () => Promise.resolve(),
  api: (site, port) => describePeer(site, 'textbook', 'api', port),
  worker: (site) => describePeer(site, 'textbook', 'worker'),
  enqueue: async (site, orderIds) => {
    const connection = new Redis(site.redisUrl);
    const queue = new Queue(QUEUE, { connection, defaultJobOptions: JOB_OPTIONS });
    const jobs = orderIds.map((orderId) => ({ name: 'fulfil', data: { orderId } }));
    try {
      for (let from = 0; from < jobs.length; from += 1_000) {
        await queue.addBulk(jobs.slice(from, from + 1_000));
      }
    } finally {
      await queue.close();
      connection.disconnect();
    }
  },
};
