import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestPostgres, type TestPostgres } from '@orders/local-services/start-test-postgres';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

const PRISMA = path.resolve(import.meta.dirname, '../../../prisma');

let postgres: TestPostgres;
let folder: string;
const folders: string[] = [];
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(async () => {
  await postgres.close();
  for (const each of folders) await rm(each, { recursive: true });
});
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'orders-schema-'));
  folders.push(folder);
  await cp(PRISMA, folder, { recursive: true });
});

/** Runs a script of this package on the copy of the schema; resolves with its exit code and words. */
function run(script: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const file = path.resolve(import.meta.dirname, '../scripts', script);
  const options = [
    '--schema',
    path.join(folder, 'schema.prisma'),
    '--migrations',
    path.join(folder, 'migrations'),
  ];
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [file, ...options, ...args],
      { env: { ...process.env, DATABASE_URL: postgres.url } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });
}

async function editSchema(from: string, to: string): Promise<void> {
  const file = path.join(folder, 'schema.prisma');
  const schema = await readFile(file, 'utf8');
  expect(schema).toContain(from);
  await writeFile(file, schema.replace(from, to));
}

const editMigration = async (from: string, to: string): Promise<void> => {
  const names = await readdir(path.join(folder, 'migrations'));
  const name = names.toSorted().find((each) => /^\d/.test(each)) ?? '';
  const file = path.join(folder, 'migrations', name, 'migration.sql');
  const sql = await readFile(file, 'utf8');
  expect(sql).toContain(from);
  await writeFile(file, sql.replace(from, to));
};

test('schema.prisma and the migrations agree, CHECKs and fillfactors aside', async () => {
  expect(await run('schema-check.mjs')).toEqual({
    code: 0,
    output: 'schema.prisma and the migrations agree\n',
  });
});

test('what the schema says and no migration made fails the check, with the SQL for it', async () => {
  await editSchema('  name        String\n', '  name        String\n  colour      String?\n');
  await editSchema('@default(1)', '@default(2)');
  await editSchema('raw("next_check_at IS NOT NULL")', 'raw("next_check_at IS NULL")');
  const { code, output } = await run('schema-check.mjs');
  expect(output).toContain('ADD COLUMN     "colour" TEXT');
  expect(output).toContain('SET DEFAULT 2');
  expect(output).toContain('DROP INDEX "orders_due"');
  expect(code).toBe(1);
});

test('what a migration made and the schema does not say fails the check, with the SQL for it', async () => {
  await editMigration('CREATE INDEX "orders_created" ON "orders"("created_at", "id");', '');
  await editMigration(
    '"quantity" INTEGER NOT NULL,\n    "unit_price_minor"',
    '"quantity" BIGINT NOT NULL,\n    "unit_price_minor"',
  );
  await editMigration(
    '-- Orders and',
    'CREATE TABLE "extra" ("id" INT PRIMARY KEY);\n-- Orders and',
  );
  const { code, output } = await run('schema-check.mjs');
  expect(output).toContain('CREATE INDEX "orders_created"');
  expect(output).toContain('"quantity" SET DATA TYPE INTEGER');
  expect(output).toContain('DROP TABLE "extra"');
  expect(code).toBe(1);
});

test('the next migration is written from the schema, and then they agree', async () => {
  await editSchema('  name        String\n', '  name        String\n  colour      String?\n');
  const written = await run('schema-migrate.mjs', '--name', 'add_colour');
  expect(written).toMatchObject({ code: 0 });
  const names = (await readdir(path.join(folder, 'migrations'))).toSorted();
  const name = names.findLast((each) => /^\d{14}_/.test(each)) ?? '';
  expect(name).toMatch(/^\d{14}_add_colour$/);
  const sql = await readFile(path.join(folder, 'migrations', name, 'migration.sql'), 'utf8');
  expect(sql.trim()).toBe('-- AlterTable\nALTER TABLE "products" ADD COLUMN     "colour" TEXT;');
  expect(await run('schema-check.mjs')).toMatchObject({ code: 0 });
  expect(await run('schema-migrate.mjs', '--name', 'again')).toEqual({
    code: 0,
    output: 'schema.prisma and the migrations agree: there is nothing to migrate\n',
  });
});

test('a migration needs a name', async () => {
  for (const args of [[], ['--name', 'Not A Name'], ['--name', '../x']]) {
    const { code, output } = await run('schema-migrate.mjs', ...args);
    expect(output).toContain('usage: pnpm schema:migrate --name');
    expect(code).toBe(2);
  }
});
