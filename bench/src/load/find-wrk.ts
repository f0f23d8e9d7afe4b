import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { listDependencies, unpack, updateLists, type AptFolder } from '@orders/local-services/apt';
import { runCommand } from '@orders/local-services/run-command';

export interface WrkProgram {
  readonly path: string;
  /** LD_LIBRARY_PATH it needs; null when it finds its libraries by itself. */
  readonly libraryPath: string | null;
}

/**
 * The wrk on the PATH, or the one fetched earlier into `distFolder`, or now from the distribution's
 * packages, without root. Null when there is none to be had.
 */
export async function findWrk(
  distFolder: string,
  log: (line: string) => void,
): Promise<WrkProgram | null> {
  const installed = { path: 'wrk', libraryPath: null };
  if (await runs(installed)) return installed;
  const fetched = await describeFetched(distFolder);
  if (await runs(fetched)) return fetched;
  log('fetching wrk from the packages of this distribution');
  const reason = await fetchWrk(distFolder);
  if (reason !== null) log(`there is no wrk: ${reason}`);
  const found = await describeFetched(distFolder);
  return (await runs(found)) ? found : null;
}

/** wrk without arguments prints its usage and ends with 1. */
async function runs({ path, libraryPath }: WrkProgram): Promise<boolean> {
  const result = await runCommand(path, ['--version'], {
    cwd: '/',
    ...(libraryPath !== null && { env: { LD_LIBRARY_PATH: libraryPath } }),
  });
  return result.kind === 'ended' && result.stdout.includes('wrk');
}

async function describeFetched(distFolder: string): Promise<WrkProgram> {
  const lib = join(distFolder, 'root', 'usr', 'lib');
  const names = await readdir(lib).catch(() => []);
  const folders = names.filter((name) => name.includes('-linux-')).map((name) => join(lib, name));
  return { path: join(distFolder, 'root', 'usr', 'bin', 'wrk'), libraryPath: folders.join(':') };
}

/** Null when it is there, else why not. */
async function fetchWrk(distFolder: string): Promise<string | null> {
  await mkdir(distFolder, { recursive: true });
  const work = await mkdtemp(join(distFolder, 'fetch-'));
  try {
    const folder: AptFolder = { work, env: undefined };
    const outdated = await updateLists(folder);
    const root = join(work, 'root');
    const failure = await unpack(folder, ['wrk'], root);
    if (failure !== null) return outdated ?? failure;
    // The C library must be the one that the system's loader belongs to; OpenSSL is nearly always there.
    const libraries = (await listDependencies(folder, ['wrk'])).filter(
      (name) => !name.startsWith('libc6'),
    );
    for (const name of libraries) await unpack(folder, [name], root);
    await access(join(root, 'usr', 'bin', 'wrk'));
    await rm(join(distFolder, 'root'), { recursive: true, force: true });
    await rename(root, join(distFolder, 'root'));
    return null;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
