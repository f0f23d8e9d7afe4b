import type { Bench } from '../bench.ts';
import type { Site } from '../stage/open-site.ts';

/** Runs on a fresh site, and closes it whatever happens. */
export async function onSite<T>(
  { stage }: Bench,
  options: { readonly name: string; readonly existing?: number },
  work: (site: Site) => Promise<T>,
): Promise<T> {
  const site = await stage.openSite(options);
  try {
    return await work(site);
  } finally {
    await site.close();
  }
}
