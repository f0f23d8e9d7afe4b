import { join } from 'node:path';
import { findFreePort } from '@orders/local-services/free-port';
import { projectFolder } from '../project-folder.ts';
import type { Program, Site } from '../stage/open-site.ts';

/** A program `api.js` or `worker.js` in the folder of a contender that reads `readEnvironment()`. */
export async function describePeer(
  site: Site,
  folder: string,
  part: 'api' | 'worker',
  wantedPort?: number,
): Promise<Program> {
  const port = wantedPort ?? (await findFreePort());
  return {
    name: `${part}-${port}`,
    script: join(projectFolder, 'bench/dist/contenders', folder, `${part}.js`),
    env: {
      NODE_ENV: 'production',
      DATABASE_URL: site.databaseUrl,
      REDIS_URL: site.redisUrl,
      PROVIDER_URL: site.providerUrl,
      PORT: String(port),
    },
    ...(part === 'api' && { readyUrl: `http://127.0.0.1:${port}/health` }),
  };
}
