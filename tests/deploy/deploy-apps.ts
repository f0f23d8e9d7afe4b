import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type CommandResult,
  describeFailure,
  runCommand,
} from '@orders/local-services/run-command';

const APPS = ['api', 'worker', 'simulator', 'ops'] as const;

export type App = (typeof APPS)[number];

export const repository = dirname(dirname(import.meta.dirname));

// As in the Dockerfile. The lockfile was checked when it was installed, and the packages are in
// pnpm's store: the network is not asked again.
const DEPLOY = ['--config.minimumReleaseAge=0', '--offline', '--prod', 'deploy', '--legacy'];

export interface DeployedApps {
  /** The folder that an image has as /app. */
  folderOf(app: App): string;
  /** Runs an app to its end, with nothing in its environment but what is given. */
  run(app: App, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended>;
  remove(): Promise<void>;
}

export type Ended = Extract<CommandResult, { kind: 'ended' }>;

/** Makes each app's folder with the command of the Dockerfile, in a few seconds. */
export async function deployApps(): Promise<DeployedApps> {
  const parent = await mkdtemp(join(tmpdir(), 'orders-deploy-'));
  const folderOf = (app: App): string => join(parent, app);
  // One after the other, as the Dockerfile does: together they would only compete.
  for (const app of APPS) await deploy(app, folderOf(app));
  return {
    folderOf,
    run: async (app, args, env) => {
      const command = ['dist/main.js', ...args];
      const result = await runCommand(process.execPath, command, { cwd: folderOf(app), env });
      if (result.kind !== 'ended')
        throw new Error(`${app} did not end: ${describeFailure(result)}`);
      return result;
    },
    remove: () => rm(parent, { recursive: true, force: true }),
  };
}

async function deploy(app: App, folder: string): Promise<void> {
  const args = ['-y', 'pnpm@12.21.0', '--filter', `@orders/${app}`, ...DEPLOY, folder];
  const result = await runCommand('npx', args, { cwd: repository, timeoutMs: 120_000 });
  if (result.kind === 'ended' && result.code === 0) return;
  throw new Error(`pnpm deploy of ${app} failed: ${describeFailure(result)}`);
}

/** The arguments that the Dockerfile gives Node to run a service, of which each image has one. */
export async function readCommand(): Promise<string[]> {
  const dockerfile = await readFile(join(repository, 'Dockerfile'), 'utf8');
  const stage = dockerfile.split(/^FROM /m).find((text) => text.includes(' AS runtime\n'));
  const command = /^CMD (\[.*\])$/m.exec(stage ?? '')?.[1];
  if (command === undefined) throw new Error('the images have no CMD');
  const [, ...args]: string[] = JSON.parse(command);
  return args;
}

/** Runs the HEALTHCHECK that the Dockerfile gives an image, outside of any. */
export async function runHealthcheck(app: App, env: NodeJS.ProcessEnv): Promise<CommandResult> {
  const dockerfile = await readFile(join(repository, 'Dockerfile'), 'utf8');
  const stage = dockerfile.split(/^FROM /m).find((text) => text.startsWith(`runtime AS ${app}\n`));
  const check = /^HEALTHCHECK[^[]*(\[.*\])$/m.exec(stage ?? '')?.[1];
  if (check === undefined) throw new Error(`the image ${app} has no HEALTHCHECK`);
  const [, ...args]: string[] = JSON.parse(check);
  return runCommand(process.execPath, args, { env });
}
