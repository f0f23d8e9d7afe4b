import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { listDependencies, unpack, updateLists, type AptFolder } from './apt.ts';
import { removeOnDeath } from './reap-on-death.ts';
import { describeFailure, runCommand } from './run-command.ts';

export type FetchResult = { kind: 'fetched' } | { kind: 'failed'; reason: string };

/** The server and the command line client, under the names they have in Debian and Ubuntu. */
const choices = [
  { packages: ['redis-server', 'redis-tools'], server: 'redis-server', cli: 'redis-cli' },
  { packages: ['valkey-server', 'valkey-tools'], server: 'valkey-server', cli: 'valkey-cli' },
];

/**
 * Fetches Redis (or Valkey) from the distribution's signed packages into `folder`: `root` with what
 * the packages contain, `redis.json` with where the programs are in it. Needs apt-get and dpkg, but
 * neither root nor an earlier `apt-get update`: lists and cache are its own, and nothing of the
 * system is changed. Takes some seconds and 10 MB of downloads.
 */
export async function fetchRedis(
  folder: string,
  { env, log }: { env: NodeJS.ProcessEnv | undefined; log: (line: string) => void },
): Promise<FetchResult> {
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, 'fetch-'));
  const keep = removeOnDeath(work);
  try {
    const place: AptFolder = { work, env };
    log('fetching Redis from the packages of this distribution');
    const reasons = [await updateLists(place)];
    for (const choice of choices) {
      const reason = await fetchChoice(place, choice, folder);
      if (reason === null) return { kind: 'fetched' };
      reasons.push(reason);
    }
    return { kind: 'failed', reason: reasons.find((reason) => reason !== null) ?? 'no package' };
  } finally {
    await rm(work, { recursive: true, force: true });
    keep();
  }
}

/** Null when it succeeded, else why not. */
async function fetchChoice(
  place: AptFolder,
  { packages, server, cli }: (typeof choices)[number],
  folder: string,
): Promise<string | null> {
  const root = join(place.work, 'root');
  await rm(root, { recursive: true, force: true });
  const programs = [server, cli].map((name) => join(root, 'usr', 'bin', name));
  const fetched = new Set(packages);
  const reason = await unpack(place, packages, root);
  if (reason !== null) return reason;
  for (let depth = 0; ; depth += 1) {
    const missing = await listMissingLibraries(programs, root, place.env);
    if (missing.length === 0) break;
    const libraries = (await listDependencies(place, [...fetched])).filter(
      // The C library must be the one that the system's loader belongs to.
      (name) => /^(lib|lua)/.test(name) && !name.startsWith('libc6') && !fetched.has(name),
    );
    if (libraries.length === 0 || depth === 4) return `${missing.join(', ')} not found`;
    for (const name of libraries) fetched.add(name);
    await unpackAvailable(place, libraries, root);
  }
  const [serverPath = '', cliPath = ''] = programs.map((path) => relative(place.work, path));
  const libraryPath = (await listLibraryFolders(root)).map((path) => relative(place.work, path));
  await rm(join(folder, 'root'), { recursive: true, force: true });
  await rename(root, join(folder, 'root'));
  const facts = { server: serverPath, cli: cliPath, libraryPath };
  await writeFile(join(folder, 'redis.json'), `${JSON.stringify(facts, null, 2)}\n`);
  return null;
}

/** Of alternatives, only one may exist; whether enough was there shows in what is still missing. */
async function unpackAvailable(
  place: AptFolder,
  names: readonly string[],
  root: string,
): Promise<void> {
  if ((await unpack(place, names, root)) === null) return;
  for (const name of names) await unpack(place, [name], root);
}

/** The shared libraries that the loader would not find, with those unpacked so far at hand. */
async function listMissingLibraries(
  programs: readonly string[],
  root: string,
  env: NodeJS.ProcessEnv | undefined,
): Promise<string[]> {
  const libraryPath = (await listLibraryFolders(root)).join(':');
  const result = await runCommand('ldd', programs, {
    env: { ...env, PATH: env?.PATH ?? '/usr/bin:/bin', LD_LIBRARY_PATH: libraryPath },
  });
  if (result.kind !== 'ended') return [`libraries (ldd: ${describeFailure(result)})`];
  return [...result.stdout.matchAll(/^\s*(\S+) => not found/gm)].map(([, name = '']) => name);
}

/** `usr/lib/x86_64-linux-gnu` and its like below `root`. */
async function listLibraryFolders(root: string): Promise<string[]> {
  const folders: string[] = [];
  for (const parent of ['usr/lib', 'lib']) {
    const names = await readdir(join(root, parent)).catch(() => []);
    for (const name of names) {
      if (/-linux-/.test(name)) folders.push(join(root, parent, name));
    }
  }
  return folders;
}
