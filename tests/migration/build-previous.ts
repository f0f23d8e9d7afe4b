import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeFailure, runCommand } from '@orders/local-services/run-command';
import { REPOSITORY } from '../harness/start-stores.ts';

const PINNED = join(import.meta.dirname, 'previous-version');
const PNPM = ['-y', 'pnpm@12.21.0'];

/** The version before, built from the repository's own history. */
export interface PreviousVersion {
  /** The folder of its working tree. */
  readonly folder: string;
  readonly migrations: string;
  /** What is given to node to start one of its services. */
  entry(app: 'api' | 'worker'): string;
}

/**
 * Builds api and worker as they were at the commit that `previous-version` names, in a working tree
 * of its own that is kept for the next run.
 *
 * @throws one clear line when this clone does not have the commit
 */
export async function buildPrevious(): Promise<PreviousVersion> {
  const commit = (await readFile(PINNED, 'utf8')).trim();
  await requireCommit(commit);
  const parent = join(REPOSITORY, '.local/previous-version');
  const folder = join(parent, commit);
  const built = join(parent, `${commit}.built`);
  if (!existsSync(built)) {
    await mkdir(parent, { recursive: true });
    await rm(folder, { recursive: true, force: true });
    // What a run that was killed left behind is known to git, but no longer there.
    await git('worktree', 'prune');
    await git('worktree', 'add', '--detach', '--force', folder, commit);
    await build(folder);
    await writeFile(built, '');
  }
  return {
    folder,
    migrations: join(folder, 'prisma/migrations'),
    entry: (app) => join(folder, `apps/${app}/dist/main.js`),
  };
}

async function requireCommit(commit: string): Promise<void> {
  const found = await runCommand('git', ['cat-file', '-e', `${commit}^{commit}`], {
    cwd: REPOSITORY,
  });
  if (found.kind === 'ended' && found.code === 0) return;
  const line = `The version before is commit ${commit}, which this clone does not have: run \`git fetch --unshallow\`.`;
  const error = new Error(line);
  error.stack = line;
  throw error;
}

async function build(folder: string): Promise<void> {
  const install = ['install', '--frozen-lockfile', '--prefer-offline', '--ignore-scripts'];
  await run(folder, 'npx', [...PNPM, ...install]);
  await run(join(folder, 'packages/database'), process.execPath, ['scripts/generate.mjs']);
  await run(folder, join(folder, 'node_modules/.bin/tsc'), ['-b', 'apps/api', 'apps/worker']);
}

function git(...args: string[]): Promise<void> {
  return run(REPOSITORY, 'git', args);
}

async function run(cwd: string, command: string, args: readonly string[]): Promise<void> {
  const result = await runCommand(command, args, { cwd, timeoutMs: 240_000 });
  if (result.kind === 'ended' && result.code === 0) return;
  throw new Error(`${command} ${args.join(' ')} in ${cwd}: ${describeFailure(result)}`);
}
