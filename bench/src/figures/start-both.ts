import { findFreePort } from '@orders/local-services/free-port';
import { waitUntil } from '@orders/local-services/wait-until';
import type { Bench } from '../bench.ts';
import { orders } from '../contenders/orders/contender.ts';
import { onDatabase, readNumber } from '../stage/on-database.ts';
import type { Site } from '../stage/open-site.ts';

/** Starts this project's api and worker, warmed by some seconds of load that has come to rest. */
export async function startBoth(
  { load, scale, tokensFile, nextRun }: Bench,
  site: Site,
): Promise<number> {
  await orders.prepare(site);
  const port = await findFreePort();
  await site.start(await orders.api(site, port));
  await site.start(await orders.worker(site));
  await load.run({
    workload: { kind: 'place', customerFrom: 'token', tokensFile, run: nextRun() },
    port,
    connections: scale.connections,
    seconds: Math.max(1, scale.warmUpSeconds),
  });
  await waitForRest(site);
  await onDatabase(site.databaseUrl, (client) => client.query('VACUUM (ANALYZE)'));
  await onDatabase(site.databaseUrl, (client) => client.query('CHECKPOINT'));
  return port;
}

/** Until no order is open. */
export async function waitForRest(site: Site): Promise<void> {
  await waitUntil(
    async () =>
      (await readNumber(
        site.databaseUrl,
        'SELECT count(*) FROM (SELECT FROM orders WHERE next_check_at IS NOT NULL LIMIT 1) AS open',
      )) === 0,
    { what: 'every order to come to rest', timeoutMs: 120_000, intervalMs: 50 },
  );
}
