import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describeFailure, runCommand } from '@orders/local-services/run-command';

export const APPS = ['api', 'worker', 'simulator', 'ops'] as const;

export type App = (typeof APPS)[number];

export const repository = dirname(dirname(import.meta.dirname));

export const DEPLOY_FLAGS = ['--config.minimumReleaseAge=0', '--offline'];

export interface DeployedApps {
  /** The folder that an image has as /app. */
  folderOf(app: App): string;
  remove(): Promise<void>;
}

/**
 * Makes each app's folder with the command of the Dockerfile, in a few seconds and without the
 * network: the lockfile was checked when it was installed, and the packages are in pnpm's store.
 */
export async function deployApps(): Promise<DeployedApps> {
  const parent = await mkdtemp(join(tmpdir(), 'orders-deploy-'));
  const folderOf = (app: App): string => join(parent, app);
  // One after the other, as the Dockerfile does: together they would only compete.
  for (const app of APPS) await deploy(app, folderOf(app));
  return { folderOf, remove: () => rm(parent, { recursive: true, force: true }) };
}

async function deploy(app: App, folder: string): Promise<void> {
  const args = [...DEPLOY_FLAGS, '--filter', `@orders/${app}`, '--prod', 'deploy', '--legacy'];
  const result = await runCommand('npx', ['-y', 'pnpm@12.21.0', ...args, folder], {
    cwd: repository,
    timeoutMs: 120_000,
  });
  if (result.kind === 'ended' && result.code === 0) return;
  throw new Error(`pnpm deploy of ${app} failed: ${describeFailure(result)}`);
}
