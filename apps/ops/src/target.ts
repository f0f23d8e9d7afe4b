import { join } from 'node:path';
import { readStackFile, type Stack } from '@orders/local-services/stack-file';
import { unreachable } from './cli/command-error.ts';
import type { OpsConfig } from './config.ts';
import type { TokenIssuer } from './tokens/mint-token.ts';

/** What a command works on: the environment's word first, then the running local stack's. */
export interface Target {
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly apiUrl: string | null;
  readonly providerUrl: string | null;
  readonly issuer: TokenIssuer | null;
  readonly stack: Stack | null;
}

/** The file by which a running local stack says where it is. */
export function stackFileOf(config: OpsConfig): string {
  return join(config.LOCAL_FOLDER, 'stack.json');
}

/**
 * Finds out what to work on. The local stack's ledger and secret belong to its database and api:
 * when the environment names others, they are not used for them.
 */
export async function findTarget(config: OpsConfig): Promise<Target> {
  const stack = await readStackFile(stackFileOf(config));
  const sameDatabase = isSame(config.DATABASE_URL, stack?.databaseUrl);
  const sameApi = isSame(config.API_URL, stack?.apiUrl);
  return {
    databaseUrl: config.DATABASE_URL ?? stack?.databaseUrl ?? null,
    redisUrl: config.REDIS_URL ?? stack?.redisUrl ?? null,
    apiUrl: config.API_URL ?? stack?.apiUrl ?? null,
    providerUrl: config.PAYMENT_PROVIDER_URL ?? (sameDatabase ? stack?.simulatorUrl : null) ?? null,
    issuer: findIssuer(config, sameApi ? (stack?.jwt ?? null) : null),
    stack,
  };
}

/** The value, or one clear line saying how to name it. */
export function need<T>(value: T | null, variable: string): T {
  if (value !== null) return value;
  throw unreachable(
    `no running stack: start one with \`npx -y pnpm@12.21.0 start\`, or set ${variable}`,
  );
}

function isSame(named: string | undefined, running: string | undefined): boolean {
  return named === undefined || named === running;
}

function findIssuer(config: OpsConfig, jwt: TokenIssuer | null): TokenIssuer | null {
  const secret = config.JWT_SECRET ?? jwt?.secret;
  const issuer = config.JWT_ISSUER ?? jwt?.issuer;
  const audience = config.JWT_AUDIENCE ?? jwt?.audience;
  if (secret === undefined || issuer === undefined || audience === undefined) return null;
  return { secret, issuer, audience };
}
