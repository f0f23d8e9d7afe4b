import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { REPOSITORY } from './start-stores.ts';

/** A copy of the whole project, built as it is here, to be changed and run. */
export interface ProjectCopy {
  readonly folder: string;
  /**
   * Replaces a text in a file of the copy.
   * @throws when it does not stand there exactly once
   */
  replace(file: string, text: string, by: string): Promise<void>;
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
  for (const entry of await readdir(REPOSITORY, { withFileTypes: true })) {
    if (entry.isFile() && ROOT_FILES.test(entry.name)) await copy(folder, entry.name);
  }
  await copy(folder, 'prisma');
  await copy(folder, 'tests');
  await copy(folder, 'bench');
  await linkPackages(folder, '.');
  await linkPackages(folder, 'bench');
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
      const parts = (await readFile(path, 'utf8')).split(text);
      if (parts.length !== 2) {
        throw new Error(`${file} contains ${parts.length - 1} times, not once: ${text}`);
      }
      await writeFile(path, parts.join(by));
    },
    remove: () => rm(folder, { recursive: true, force: true }),
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
