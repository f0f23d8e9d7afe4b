import { env } from 'node:process';

/** What a contender's program is told by the bench that starts it. */
export interface Environment {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly providerUrl: string;
  /** Of the API, or of a worker's health check. */
  readonly port: number;
}

/** @throws when the program was not started by the bench */
export function readEnvironment(): Environment {
  return {
    databaseUrl: need('DATABASE_URL'),
    redisUrl: need('REDIS_URL'),
    providerUrl: need('PROVIDER_URL'),
    port: Number(need('PORT')),
  };
}

function need(name: string): string {
  const value = env[name];
  if (value === undefined) throw new Error(`${name} is not set: this is started by the bench`);
  return value;
}
