import { resolve } from 'node:path';
import { integer, port, secret, urlString } from '@orders/service/config-values';
import { type Environment, parseConfig } from '@orders/service/parse-config';
import { z } from 'zod';

/** The folder of the repository: this file is `apps/ops/dist/config.js` in it. */
const PROJECT_FOLDER = resolve(import.meta.dirname, '../../..');

export const opsConfigSchema = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'production'])
    .default('development')
    .describe('`production` forbids what is for development only: minting tokens, `start`'),
  DATABASE_URL: secret(urlString({ protocols: ['postgresql', 'postgres'] }))
    .optional()
    .describe('PostgreSQL; over that of the running local stack'),
  REDIS_URL: secret(urlString({ protocols: ['redis', 'rediss'] }))
    .optional()
    .describe('Redis; over that of the running local stack'),
  API_URL: urlString({ protocols: ['http', 'https'] })
    .optional()
    .describe('The api; over that of the running local stack'),
  PAYMENT_PROVIDER_URL: urlString({ protocols: ['http', 'https'] })
    .optional()
    .describe('The payment provider whose ledger is compared with the orders'),
  JWT_SECRET: secret(z.string().min(32)).optional().describe('Signs minted tokens (HS256)'),
  JWT_ISSUER: z.string().min(1).optional().describe('`iss` of minted tokens'),
  JWT_AUDIENCE: z.string().min(1).optional().describe('`aud` of minted tokens'),
  QUEUE_SHARDS: integer({ min: 1, max: 64 }).default(1).describe('As the services have it'),
  PORT: port().default(3000).describe('`start`: where the api listens'),
  WORKERS: integer({ min: 0, max: 64 }).default(1).describe('`start`: number of workers'),
  LOCAL_FOLDER: z
    .string()
    .default(resolve(PROJECT_FOLDER, '.local'))
    .transform((folder) => resolve(folder))
    .describe('`start`: data, logs, secrets and `stack.json` of the local stack'),
  MIGRATIONS_FOLDER: z
    .string()
    .default(resolve(PROJECT_FOLDER, 'prisma/migrations'))
    .transform((folder) => resolve(folder))
    .describe('`migrate`, `start`: the migrations to apply'),
});

export interface OpsConfig extends z.output<typeof opsConfigSchema> {
  readonly projectFolder: string;
  /** The whole environment, for the processes that `start` starts. */
  readonly environment: Environment;
}

/** The environment of this process; nothing else here reads it. */
export function readEnvironment(): Environment {
  return process.env;
}

/**
 * Reads the environment, once.
 * @throws ConfigError with the list of everything wrong
 */
export function readConfig(environment: Environment): OpsConfig {
  return {
    ...parseConfig(opsConfigSchema, environment),
    projectFolder: PROJECT_FOLDER,
    environment,
  };
}
