import { join } from 'node:path';
import { startProducer } from '@orders/queue/producer';
import { findFreePort } from '@orders/local-services/free-port';
import { pino } from 'pino';
import { projectFolder } from '../../project-folder.ts';
import type { Site } from '../../stage/open-site.ts';
import type { Contender } from '../contender.ts';
import { TOKENS } from './tokens.ts';
import { settleMarker } from './settle-marker.ts';

/** This project as it runs in production: every feature on, its own defaults. */
export const orders: Contender = {
  title: 'this project',
  name: 'orders',
  customerFrom: 'token',
  prepare: settleMarker,
  api: async (site, port) => {
    const internalPort = await findFreePort();
    return {
      name: 'api',
      script: join(projectFolder, 'apps/api/dist/main.js'),
      env: {
        ...common(site, internalPort),
        HOST: '127.0.0.1',
        PORT: String(port),
        JWT_SECRET: TOKENS.secret,
        JWT_ISSUER: TOKENS.issuer,
        JWT_AUDIENCE: TOKENS.audience,
        // Limits are checked for every request, but not what is to be measured.
        RATE_LIMIT_CUSTOMER: '1000000',
        RATE_LIMIT_ADDRESS: '1000000',
        MAX_OPEN_ORDERS: '1000000',
      },
      readyUrl: `http://127.0.0.1:${internalPort}/health/ready`,
    };
  },
  worker: async (site) => {
    const internalPort = await findFreePort();
    return {
      name: `worker-${internalPort}`,
      script: join(projectFolder, 'apps/worker/dist/main.js'),
      env: { ...common(site, internalPort), PAYMENT_PROVIDER_URL: site.providerUrl },
      readyUrl: `http://127.0.0.1:${internalPort}/health/ready`,
    };
  },
  enqueue: async (site, orderIds) => {
    const producer = startProducer({
      url: site.redisUrl,
      shards: 1,
      logger: pino({ level: 'warn' }),
    });
    try {
      const jobs = orderIds.map((orderId) => ({ orderId, dispatch: 1 }));
      const result = await producer.enqueue(jobs, { deadlineMs: 120_000 });
      if (result.kind === 'failed') throw result.error;
    } finally {
      await producer.close();
    }
  },
};

function common(site: Site, internalPort: number): Record<string, string> {
  return {
    NODE_ENV: 'production',
    DATABASE_URL: site.databaseUrl,
    REDIS_URL: site.redisUrl,
    INTERNAL_PORT: String(internalPort),
  };
}
