import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommandLine } from '../src/cli/run-command-line.ts';
import { createFakeTerminal } from './support/fake-terminal.ts';

const COMMANDS = [
  'start',
  'scale',
  'load',
  'token',
  'order explain',
  'dead-letters list',
  'dead-letters show',
  'dead-letters redrive',
  'dead-letters discard',
  'dead-letters resolve',
  'invariants',
  'migrate',
];
const ID = '01a1f72d-2acc-737d-a57f-7b76d7fa4ac0';
const SECRET = 'c0ffee'.repeat(8);
const ISSUER = { JWT_SECRET: SECRET, JWT_ISSUER: 'me', JWT_AUDIENCE: 'you' };
// Nothing listens on port 1 (tcpmux).
const NOWHERE = { DATABASE_URL: 'postgresql://u:hunter2hunter2@127.0.0.1:1/x' };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orders-ops-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(
  line: string,
  environment: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const terminal = createFakeTerminal();
  const env = { LOCAL_FOLDER: folder, ...environment };
  const code = await runCommandLine(line.split(' '), env, terminal);
  return { code, stdout: terminal.stdout(), stderr: terminal.stderr() };
}

test.each(COMMANDS)('%s explains itself with --help', async (command) => {
  const { code, stdout, stderr } = await run(`${command} --help`);
  expect(code).toBe(0);
  expect(stdout).toContain('Usage: ops');
  expect(stdout).toContain('--json');
  expect(stderr).toBe('');
});

test.each([
  'nonsense',
  'load --nonsense',
  'load --orders 0',
  'load --orders 1.5',
  'token',
  'token --customer a --ttl x',
  'order explain 17',
  'dead-letters show 17',
  'dead-letters redrive',
  `dead-letters discard ${ID}`,
  `dead-letters resolve ${ID} --reason x`,
  `dead-letters resolve ${ID} --reason x --outcome charged`,
  'dead-letters list --state nonsense',
  'scale many',
  'seed-orders',
])('`%s` is a usage error', async (line) => {
  const { code, stdout, stderr } = await run(line, NOWHERE);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).not.toBe('');
});

test.each([
  'load',
  'scale 2',
  `order explain ${ID}`,
  'dead-letters list',
  'invariants',
  'migrate',
  'token --customer a',
])('without a stack `%s` says in one line how to come by one', async (line) => {
  const { code, stdout, stderr } = await run(line);
  expect(code).toBe(3);
  expect(stdout).toBe('');
  expect(stderr).toMatch(
    /^no running stack: start one with `npx -y pnpm@12\.21\.0 start`, or set .*\n$/,
  );
});

test.each([`order explain ${ID}`, 'dead-letters list', 'invariants', 'migrate'])(
  'with PostgreSQL away `%s` says so in one line without the password',
  async (line) => {
    const { code, stdout, stderr } = await run(line, NOWHERE);
    expect(code).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toBe('PostgreSQL at 127.0.0.1:1 cannot be reached\n');
  },
);

test('with --json a failure is one object on stdout, too', async () => {
  const { code, stdout } = await run('invariants --json', NOWHERE);
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toEqual({ error: 'PostgreSQL at 127.0.0.1:1 cannot be reached' });
});

test.each([
  ['load --bogus --json', "unknown option '--bogus'"],
  ['start --json --bogus', "unknown option '--bogus'"],
  ['bogus --json', "unknown command 'bogus'"],
  ['help bogus --json', 'a known command is needed'],
  ['order --json', "unknown option '--json'"],
  ['order explain --json', "missing required argument 'id'"],
  ['seed-orders --json', 'count: is needed: --count N'],
])(
  '`%s` says what is wrong as one object on stdout, and not twice beside it',
  async (line, error) => {
    const { code, stdout, stderr } = await run(line, NOWHERE);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({ error });
    expect(stderr).not.toBe('');
    expect(stderr.split(error).length).toBeLessThanOrEqual(2);
  },
);

test('a wrong environment is a usage error that names every variable', async () => {
  const { code, stderr } = await run('invariants', { DATABASE_URL: 'foo', WORKERS: 'many' });
  expect(code).toBe(2);
  expect(stderr).toContain('DATABASE_URL: must be a URL');
  expect(stderr).toContain('WORKERS: must be a whole number');
});

test('a minted token carries what was asked for and is valid as long', async () => {
  const { code, stdout } = await run(
    'token --customer anna --scope orders:operate --ttl 60 --json',
    ISSUER,
  );
  expect(code).toBe(0);
  const { token } = JSON.parse(stdout) as { token: string };
  const { payload, protectedHeader } = await jwtVerify(token, new TextEncoder().encode(SECRET), {
    issuer: 'me',
    audience: 'you',
    algorithms: ['HS256'],
  });
  expect(protectedHeader.alg).toBe('HS256');
  expect(payload).toMatchObject({ sub: 'anna', scope: 'orders:operate' });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
});

test('without --json the token is all that is printed', async () => {
  const { stdout } = await run('token --customer anna', ISSUER);
  expect(stdout).toMatch(/^ey[\w-]+\.[\w-]+\.[\w-]+\n$/);
});

test.each(['token --customer anna', 'load', 'start'])(
  'in production `%s` refuses',
  async (line) => {
    const { code, stdout, stderr } = await run(line, { ...ISSUER, NODE_ENV: 'production' });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/production|for development/);
  },
);
