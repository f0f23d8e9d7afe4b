import type { Environment } from '@orders/service/parse-config';
import type { TokenIssuer } from '../tokens/mint-token.ts';

/** What the services of a local stack are told of each other. */
export interface Wiring {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly simulatorUrl: string;
  readonly jwt: TokenIssuer;
}

/** Said by the stack itself, whatever the environment says; a value from a file would contradict. */
const OWN = [
  'DATABASE_URL_FILE',
  'REDIS_URL_FILE',
  'JWT_SECRET_FILE',
  'JWKS_URL',
  'HOST',
  'PORT',
  'INTERNAL_PORT',
];

/**
 * Values that suit one machine and an impatient developer. The environment of `start` wins, so
 * that `BACKORDER_MAX_WAIT_SECONDS=60 … start` does what it says.
 */
const LOCAL_VALUES = {
  RATE_LIMIT_CUSTOMER: '1000000',
  RATE_LIMIT_ADDRESS: '1000000',
  BACKORDER_MAX_WAIT_SECONDS: '10',
  GIVE_UP_AFTER_SECONDS: '600',
  // Stock that is adjusted by hand to try something out stays for a while.
  WAREHOUSE_SYNC_INTERVAL_SECONDS: '3600',
};

/** The environment that every service starts from. */
function common(environment: Environment): Record<string, string | undefined> {
  const inherited = Object.entries(environment).filter(([name]) => !OWN.includes(name));
  return {
    ...LOCAL_VALUES,
    ...Object.fromEntries(inherited),
    NODE_ENV: 'development',
    HOST: '127.0.0.1',
    INTERNAL_HOST: '127.0.0.1',
  };
}

export function simulatorEnvironment(
  environment: Environment,
  { port, ledgerFile }: { readonly port: number; readonly ledgerFile: string },
): NodeJS.ProcessEnv {
  return { ...common(environment), PORT: String(port), LEDGER_FILE: ledgerFile };
}

export function apiEnvironment(
  environment: Environment,
  { databaseUrl, redisUrl, jwt }: Wiring,
  { port, internalPort }: { readonly port: number; readonly internalPort: number },
): NodeJS.ProcessEnv {
  return {
    ...common(environment),
    PORT: String(port),
    INTERNAL_PORT: String(internalPort),
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    JWT_SECRET: jwt.secret,
    JWT_ISSUER: jwt.issuer,
    JWT_AUDIENCE: jwt.audience,
  };
}

export function workerEnvironment(
  environment: Environment,
  { databaseUrl, redisUrl, simulatorUrl }: Wiring,
  { internalPort }: { readonly internalPort: number },
): NodeJS.ProcessEnv {
  return {
    ...common(environment),
    INTERNAL_PORT: String(internalPort),
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    PAYMENT_PROVIDER_URL: simulatorUrl,
    WAREHOUSE_URL: simulatorUrl,
  };
}
