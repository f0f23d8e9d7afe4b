import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describeFailure, runCommand, type CommandResult } from './run-command.ts';

export type AptFolder = {
  /** Holds apt's lists, its cache and what it downloads. */
  work: string;
  /** Of the commands; undefined: that of this process. */
  env: NodeJS.ProcessEnv | undefined;
};

/**
 * Runs apt-get or apt-cache with the system's sources and keys, but with state and cache folders of
 * its own, without locks and without a change of user: so it needs no rights.
 */
function apt(
  { work, env }: AptFolder,
  command: 'apt-get' | 'apt-cache',
  args: readonly string[],
): Promise<CommandResult> {
  const options = [
    `Dir::State::Lists=${join(work, 'lists')}`,
    `Dir::Cache=${join(work, 'cache')}`,
    'Debug::NoLocking=1',
    'APT::Sandbox::User=',
    'APT::Color=0',
    'Acquire::Languages=none',
    // A source that cannot be reached is to be told, not only warned of.
    'APT::Update::Error-Mode=any',
    'Acquire::Retries=2',
    'Acquire::http::Timeout=15',
    'Acquire::https::Timeout=15',
  ];
  return runCommand(command, ['-q', ...options.flatMap((option) => ['-o', option]), ...args], {
    cwd: join(work, 'packages'),
    ...(env && { env }),
  });
}

/**
 * Downloads the package lists; null when all went well, else why not. A source that cannot be
 * reached is no reason to stop: the packages may come from another.
 */
export async function updateLists(folder: AptFolder): Promise<string | null> {
  for (const name of ['lists/partial', 'cache/archives/partial', 'packages']) {
    await mkdir(join(folder.work, name), { recursive: true });
  }
  const result = await apt(folder, 'apt-get', ['update']);
  if (result.kind === 'ended' && result.code === 0) return null;
  if (result.kind === 'not-run') return 'apt-get is not here, this is not Debian or Ubuntu';
  return `apt-get update: ${describeFailure(result)}`;
}

/** Downloads packages and unpacks them into `root`; null when all went well, else why not. */
export async function unpack(
  folder: AptFolder,
  names: readonly string[],
  root: string,
): Promise<string | null> {
  const packages = join(folder.work, 'packages');
  await rm(packages, { recursive: true, force: true });
  await mkdir(packages);
  const downloaded = await apt(folder, 'apt-get', ['download', ...names]);
  if (downloaded.kind !== 'ended' || downloaded.code !== 0) {
    return `apt-get download ${names.join(' ')}: ${describeFailure(downloaded)}`;
  }
  for (const file of await readdir(packages)) {
    const result = await runCommand('dpkg', ['-x', join(packages, file), root], {
      ...(folder.env && { env: folder.env }),
    });
    if (result.kind !== 'ended' || result.code !== 0) {
      return `dpkg -x ${file}: ${describeFailure(result)}`;
    }
  }
  return null;
}

/** What these packages depend on directly, alternatives included. */
export async function listDependencies(
  folder: AptFolder,
  names: readonly string[],
): Promise<string[]> {
  const result = await apt(folder, 'apt-cache', ['depends', ...names]);
  if (result.kind !== 'ended') return [];
  const lines = result.stdout.matchAll(/^[ |]+(?:Pre)?Depends: ([a-z0-9.+-]+)$/gm);
  return [...new Set([...lines].map(([, name = '']) => name))];
}
