import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { isPortFree } from '@orders/local-services/free-port';
import { refusal } from '../cli/command-error.ts';
import type { OpsConfig } from '../config.ts';
import { findListener } from './find-listener.ts';

/** The programs that a local stack consists of, besides PostgreSQL and Redis. */
export type ServiceName = 'simulator' | 'api' | 'worker';

/** The built entry of a service. */
export function entryOf(config: OpsConfig, service: ServiceName): string {
  return join(config.projectFolder, 'apps', service, 'dist/main.js');
}

/**
 * Finds out before anything is started whether this is the place to start it.
 * @throws CommandError with one line that says what is in the way and what to do
 */
export async function checkStart(config: OpsConfig): Promise<void> {
  if (config.NODE_ENV === 'production') {
    throw refusal(
      '`start` is for development: it runs a simulated payment provider and mints tokens',
    );
  }
  for (const service of ['simulator', 'api', 'worker'] as const) {
    await access(entryOf(config, service)).catch(() => {
      throw refusal(`apps/${service} is not built: run \`npx -y pnpm@12.21.0 build\` first`);
    });
  }
}

/**
 * Finds out whether the api can listen where it shall; 0 stands for any port.
 * @throws CommandError with one line that says who listens there and what to do
 */
export async function checkPort(port: number): Promise<void> {
  if (port === 0 || (await isPortFree(port))) return;
  const listener = findListener(port);
  const who =
    listener === null
      ? 'another program'
      : `process ${listener.pid} (${shorten(listener.command)})`;
  throw refusal(
    `port ${port} is taken by ${who}: stop it, or choose another port, such as \`PORT=${port + 1} npx -y pnpm@12.21.0 start\``,
  );
}

function shorten(command: string): string {
  return command.length <= 80 ? command : `${command.slice(0, 79)}…`;
}
