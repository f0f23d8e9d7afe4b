import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@orders/service/config-error';
import {
  durationSeconds,
  flag,
  integer,
  port,
  secret,
  urlString,
} from '@orders/service/config-values';
import { describeConfig } from '@orders/service/describe-config';
import { type Environment, parseConfig } from '@orders/service/parse-config';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

const schema = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'production'])
    .default('production')
    .describe('Kind of process.'),
  PORT: port().default(3000).describe('Public port.'),
  DATABASE_URL: secret(urlString({ protocols: ['postgres', 'postgresql'] })).describe(
    'Where orders are kept.',
  ),
  JWT_SECRET: secret(z.string().min(32)).describe('Signs tokens.').optional(),
  GIVE_UP_AFTER_SECONDS: durationSeconds({ min: 1 }).default(86_400),
  VERBOSE: flag().default(false),
  WORKERS: integer({ min: 1, max: 64 }).default(1),
});

const DATABASE_URL = 'postgres://app:hunter2hunter2@db:5432/orders';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-'));
});
afterAll(() => rm(folder, { recursive: true }));

function problemsOf(env: Environment): string {
  try {
    parseConfig(schema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('parseConfig', () => {
  test('gives typed values and defaults, and ignores variables it does not know', () => {
    expect(
      parseConfig(schema, {
        DATABASE_URL,
        PORT: '0',
        VERBOSE: 'no',
        GIVE_UP_AFTER_SECONDS: '1.5',
        HOME: '/',
      }),
    ).toEqual({
      NODE_ENV: 'production',
      PORT: 0,
      DATABASE_URL,
      GIVE_UP_AFTER_SECONDS: 1.5,
      VERBOSE: false,
      WORKERS: 1,
    });
  });

  test('treats an empty string as absent', () => {
    expect(parseConfig(schema, { DATABASE_URL, PORT: '', JWT_SECRET: '' })).toMatchObject({
      PORT: 3000,
    });
    expect(problemsOf({ DATABASE_URL: '' })).toContain('DATABASE_URL: is required');
  });

  test('lists everything that is wrong at once, one line per variable', () => {
    const message = problemsOf({
      NODE_ENV: 'prod',
      PORT: '70000',
      VERBOSE: 'maybe',
      WORKERS: '1.5',
      GIVE_UP_AFTER_SECONDS: '-1',
    });
    expect(message.split('\n')).toEqual([
      'The configuration is wrong:',
      '  NODE_ENV: must be one of development, test, production',
      '  PORT: must be at most 65535',
      '  DATABASE_URL: is required',
      '  GIVE_UP_AFTER_SECONDS: must be a number of seconds',
      '  VERBOSE: must be true or false',
      '  WORKERS: must be a whole number from 1 to 64',
    ]);
  });

  test('never shows a value', () => {
    const message = problemsOf({
      DATABASE_URL: 'mysql://app:hunter2@db/x',
      JWT_SECRET: 'too-short-secret',
    });
    expect(message).toContain('JWT_SECRET: must be at least 32 characters');
    expect(message).toContain(
      'DATABASE_URL: must be a URL that begins with postgres:// or postgresql://',
    );
    expect(message).not.toMatch(/hunter2|too-short/);
    const quoting = z.object({
      KEY: secret(
        z.string().refine(() => false, { error: (issue) => `no: ${String(issue.input)}` }),
      ),
    });
    expect(() => parseConfig(quoting, { KEY: 'swordfish' })).toThrow('KEY: no: [value]');
  });

  test('reads a secret from the file that NAME_FILE names, less its trailing newline', async () => {
    const path = join(folder, 'database-url');
    await writeFile(path, `${DATABASE_URL}\n`);
    expect(parseConfig(schema, { DATABASE_URL_FILE: path }).DATABASE_URL).toBe(DATABASE_URL);
    expect(parseConfig(schema, { DATABASE_URL: '', DATABASE_URL_FILE: path }).DATABASE_URL).toBe(
      DATABASE_URL,
    );
  });

  test('refuses a secret given twice and a file that cannot be read, without showing the path', () => {
    const secretByMistake = 'aVerySecretValueThatWasPutIntoTheWrongVariable';
    const message = problemsOf({
      DATABASE_URL,
      DATABASE_URL_FILE: '/x',
      JWT_SECRET_FILE: secretByMistake,
    });
    expect(message).toContain('DATABASE_URL: set either it or DATABASE_URL_FILE, not both');
    expect(message).toContain('JWT_SECRET_FILE: the file cannot be read (ENOENT)');
    expect(message).not.toContain(secretByMistake);
  });

  test('reads files for secrets only', () => {
    expect(parseConfig(schema, { DATABASE_URL, PORT_FILE: '/etc/hostname' }).PORT).toBe(3000);
  });
});

test('urlString accepts several hosts and refuses text that only begins like a URL', () => {
  const url = urlString({ protocols: ['redis', 'redis+cluster'] });
  expect(url.safeParse('redis://:pw@localhost:6379/1').success).toBe(true);
  expect(url.safeParse('redis+cluster://user:p@a:7000,b:7001,c:7002').success).toBe(true);
  for (const bad of ['localhost:6379', 'redis:', 'http://x', 'redis://a:b:c']) {
    expect(url.safeParse(bad).success, bad).toBe(false);
  }
});

test('describeConfig finds descriptions, defaults and marks through every wrapper', () => {
  const described = Object.fromEntries(
    describeConfig(schema).map(({ name, ...rest }) => [name, rest]),
  );
  expect(described.NODE_ENV).toEqual({
    description: 'Kind of process.',
    required: false,
    secret: false,
    default: 'production',
  });
  expect(described.DATABASE_URL).toEqual({
    description: 'Where orders are kept.',
    required: true,
    secret: true,
    default: undefined,
  });
  expect(described.JWT_SECRET).toEqual({
    description: 'Signs tokens.',
    required: false,
    secret: true,
    default: undefined,
  });
  expect(described.WORKERS).toMatchObject({ default: 1 });
});
