import { join } from 'node:path';
import { findFreePort } from '@orders/local-services/free-port';
import { waitUntil } from '@orders/local-services/wait-until';
import { TOKENS } from '../harness/mint-token.ts';
import { startService } from '../harness/service.ts';
import { REPOSITORY } from '../harness/start-stores.ts';

/** What a service is given, and may be wrong. */
export interface Secrets {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly jwtSecret: string;
}

export interface Complaint extends Secrets {
  readonly name: string;
  readonly app: string;
  /** For its log. */
  readonly folder: string;
}

/** Starts a service that cannot work, until it has said so or has ended. */
export async function startToComplain(complaint: Complaint): Promise<void> {
  const { name, app, folder, databaseUrl, redisUrl, jwtSecret } = complaint;
  const [port, internalPort] = [await findFreePort(), await findFreePort()];
  const service = startService({
    name,
    entry: join(REPOSITORY, `apps/${app}/dist/main.js`),
    cwd: folder,
    logFile: join(folder, `${name}.ndjson`),
    readyUrl: `http://127.0.0.1:${internalPort}/health/ready`,
    env: {
      NODE_ENV: 'test',
      LOG_LEVEL: 'trace',
      PORT: String(port),
      INTERNAL_PORT: String(internalPort),
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      JWT_SECRET: jwtSecret,
      JWT_ISSUER: TOKENS.issuer,
      JWT_AUDIENCE: TOKENS.audience,
      PAYMENT_PROVIDER_URL: 'http://127.0.0.1:1',
    },
  });
  service.ready().catch(() => {});
  await waitUntil(async () => service.exits.length > 0 || /"err":/.test(await service.log()), {
    what: `${name} to complain`,
    timeoutMs: 20_000,
  });
  await service.close();
}
