import { createAutocannon } from './create-autocannon.ts';
import { createWrk } from './create-wrk.ts';
import { findWrk } from './find-wrk.ts';
import type { LoadGenerator } from './load-result.ts';

/** wrk where it can be had, else autocannon, which takes as much CPU as the API that it drives. */
export async function findLoadGenerator(
  distFolder: string,
  log: (line: string) => void,
): Promise<LoadGenerator> {
  const wrk = await findWrk(distFolder, log);
  if (wrk !== null) return createWrk(wrk);
  log('load comes from autocannon, since there is no wrk: two lines have no verdict');
  return createAutocannon();
}
