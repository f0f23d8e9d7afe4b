import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { removeOnDeath } from '@orders/local-services/reap-on-death';
import { REPOSITORY } from './start-stores.ts';

/** A copy of the whole project, built as it is here, to be changed and run. */
export interface ProjectCopy {
  readonly folder: string;
  /**
   * Replaces a text in a file of the copy. Returns how to undo it.
   * @throws when it does not stand there exactly once
   */
  replace(file: string, text: string, by: string): Promise<() => Promise<void>>;
  remove(): Promise<void>;
}

const ROOT_FILES = /\.(json|ts|yaml|jsonc)$/;
const WORKSPACES = ['apps', 'packages'];

/**
 * Copies sources, builds and tests. Installed packages are linked, those of the project itself to
 * their copies, so that nothing of the copy runs code of the original.
 */
export async function copyProject(): Promise<ProjectCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'orders-copy-'));
  const keep = removeOnDeath(folder);
  for (const entry of await readdir(REPOSITORY, { withFileTypes: true })) {
    if (entry.isFile() && ROOT_FILES.test(entry.name)) await copy(folder, entry.name);
  }
  await copy(folder, 'prisma');
  await copy(folder, 'tests');
  await copy(folder, 'bench');
  await linkPackages(folder, '.');
  await linkPackages(folder, 'bench');
  // A Redis that was fetched once need not be fetched again.
  await mkdir(join(folder, '.local'));
  await symlink(join(REPOSITORY, '.local/redis-dist'), join(folder, '.local/redis-dist'));
  for (const parent of WORKSPACES) {
    for (const name of await readdir(join(REPOSITORY, parent))) {
      await copy(folder, join(parent, name));
      await linkPackages(folder, join(parent, name));
    }
  }
  return {
    folder,
    replace: async (file, text, by) => {
      const path = join(folder, file);
      const before = await readFile(path, 'utf8');
      const parts = before.split(text);
      if (parts.length !== 2) {
        throw new Error(`${file} contains ${parts.length - 1} times, not once: ${text}`);
      }
      await writeFile(path, parts.join(by));
      return () => writeFile(path, before);
    },
    remove: async () => {
      await rm(folder, { recursive: true, force: true });
      keep();
    },
  };
}

async function copy(folder: string, path: string): Promise<void> {
  await cp(join(REPOSITORY, path), join(folder, path), {
    recursive: true,
    // A build is only done again where something changed since.
    preserveTimestamps: true,
    filter: (source) => !source.endsWith('/node_modules') && !source.includes('/.local'),
  });
}

/** Makes the `node_modules` of one workspace: links to what is installed, and to the copies. */
async function linkPackages(folder: string, workspace: string): Promise<void> {
  const installed = join(REPOSITORY, workspace, 'node_modules');
  for (const name of await readdir(installed).catch(() => [])) {
    if (name.startsWith('@')) {
      for (const scoped of await readdir(join(installed, name))) {
        await link(folder, workspace, join(name, scoped));
      }
    } else if (!name.startsWith('.') || name === '.bin' || name === '.pnpm') {
      await link(folder, workspace, name);
    }
  }
}

async function link(folder: string, workspace: string, name: string): Promise<void> {
  const own = /^@orders\/(.+)$/.exec(name)?.[1];
  const target =
    own === undefined
      ? join(REPOSITORY, workspace, 'node_modules', name)
      : join(folder, 'packages', own);
  const path = join(folder, workspace, 'node_modules', name);
  await mkdir(dirname(path), { recursive: true });
  await symlink(target, path);
}
