import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** Each file with one forbidden line, and what the linter must say of it. */
const FORBIDDEN: readonly (readonly [file: string, code: string, rule: RegExp])[] = [
  ['packages/domain/src/a.ts', `import '@orders/service/batcher';`, /imports nothing of ours/],
  ['packages/domain/src/b.ts', `import '../../queue/src/x.ts';`, /imports nothing of ours|pure/],
  ['packages/domain/src/c.ts', `import 'node:fs/promises';`, /domain is pure/],
  ['packages/domain/src/d.ts', `export const now = Date.now();`, /no clock/],
  ['packages/domain/src/e.ts', `export const luck = Math.random();`, /no randomness/],
  [
    'packages/database/src/a.ts',
    `import '@orders/queue/producer';`,
    /database imports only domain/,
  ],
  [
    'packages/database/src/b.ts',
    `import '@orders/service/logger';`,
    /database imports only domain/,
  ],
  ['packages/database/src/c.ts', `import 'ioredis';`, /Only packages\/queue knows Redis/],
  ['packages/database/src/d.ts', `db.$queryRawUnsafe('SELECT 1');`, /tagged template/],
  ['packages/queue/src/a.ts', `import '@orders/database/client';`, /queue imports only domain/],
  ['packages/queue/src/b.ts', `import 'pg';`, /Only packages\/database knows PostgreSQL/],
  ['packages/queue/src/c.ts', `import '@prisma/client/runtime';`, /Only packages\/database/],
  ['packages/service/src/a.ts', `import '@orders/queue/producer';`, /service imports only domain/],
  ['packages/service/src/b.ts', `import 'bullmq';`, /Only packages\/queue knows Redis/],
  ['packages/service/src/c.ts', `import '@platformatic/prom-client';`, /metrics\.ts/],
  ['packages/service/src/metrics.ts', `import 'ioredis';`, /service imports only domain/],
  ['packages/local-services/src/a.ts', `import '@orders/service/logger';`, /only domain/],
  ['packages/local-services/src/b.ts', `import 'ioredis';`, /Only packages\/queue/],
  ['packages/local-services/src/c.ts', `import '@prisma/client';`, /Only packages\/database/],
  ['apps/api/src/a.ts', `import '@orders/worker/sweep';`, /No app imports another/],
  ['apps/api/src/b.ts', `import '../../worker/src/sweep.ts';`, /No app imports another/],
  ['apps/api/src/c.ts', `import 'bullmq';`, /Only packages\/queue knows Redis/],
  ['apps/api/src/d.ts', `import 'pg';`, /Only packages\/database knows PostgreSQL/],
  ['apps/api/src/e.ts', `import '@platformatic/prom-client';`, /metrics\.ts/],
  ['apps/api/src/f.ts', `import '@orders/domain/dist/money.js';`, /reached by its exports/],
  ['apps/api/src/g.ts', `export const port = process.env['PORT'];`, /process\.env/],
  ['apps/api/src/h.ts', `process.on('SIGTERM', () => {});`, /Signals belong to main/],
  ['apps/api/src/i.ts', `import { env } from 'node:process'; env;`, /config\.ts/],
  ['apps/worker/src/a.ts', `import 'ioredis/built/utils';`, /Only packages\/queue knows Redis/],
  ['apps/ops/src/a.ts', `import '../../api/src/config.ts';`, /No app imports another/],
  ['apps/simulator/src/a.ts', `import '@orders/ops/load';`, /No app imports another/],
  ['apps/simulator/test/a.test.ts', `import '../../api/src/x.ts';`, /No app imports another/],
  ['packages/queue/test/a.test.ts', `import '../../../apps/api/src/x.ts';`, /needs no app/],
];

/** The same kinds of line where they belong. */
const ALLOWED: readonly (readonly [file: string, code: string])[] = [
  ['packages/domain/src/ok.ts', `import { createHash } from 'node:crypto'; createHash('md5');`],
  ['packages/database/src/ok.ts', `import '@orders/domain/money'; import 'pg'; import './own.ts';`],
  ['packages/queue/src/ok.ts', `import '@orders/domain/contracts/job'; import 'bullmq';`],
  ['packages/queue/test/ok.test.ts', `import '@orders/local-services/start-test-redis';`],
  ['packages/local-services/src/ok.ts', `import 'pg';`],
  ['apps/api/src/config.ts', `export const port = process.env['PORT'];`],
  ['apps/worker/src/main.ts', `process.on('exit', () => {}); process.exit(1);`],
  ['apps/worker/src/ok.ts', `import '@orders/queue/consumer'; import '../other/place.ts';`],
];

const repository = dirname(dirname(import.meta.dirname));
let folder = '';
let findings = new Map<string, string[]>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'one-way-imports-'));
  const config = await readFile(join(repository, '.oxlintrc.json'), 'utf8');
  await writeIn('.oxlintrc.json', config.replace('"typeAware": true', '"typeAware": false'));
  for (const [file, code] of [...FORBIDDEN, ...ALLOWED]) await writeIn(file, `${code}\n`);
  findings = await lint();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(FORBIDDEN)('%s may not say: %s', (file, _code, rule) => {
  expect(findings.get(file)?.join('\n') ?? 'nothing found').toMatch(rule);
});

test.each(ALLOWED)('%s may say: %s', (file) => {
  expect(findings.get(file) ?? []).toEqual([]);
});

async function writeIn(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), text);
}

async function lint(): Promise<Map<string, string[]>> {
  const oxlint = join(repository, 'node_modules/.bin/oxlint');
  const run = promisify(execFile)(oxlint, ['--format=json', '.'], { cwd: folder });
  // It exits with 1, since it found something.
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  const found = new Map<string, string[]>();
  for (const { code, filename, message, help } of parseDiagnostics(stdout)) {
    if (!/no-restricted|no-process/.test(code)) continue;
    found.set(filename, [...(found.get(filename) ?? []), `${message} ${help ?? ''}`]);
  }
  return found;
}

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
  readonly message: string;
  readonly help?: string;
}

function parseDiagnostics(json: string): Diagnostic[] {
  const { diagnostics } = JSON.parse(json) as { diagnostics: Diagnostic[] };
  return diagnostics;
}
