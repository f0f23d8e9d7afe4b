// Writes the next migration: what it takes from the present migrations to prisma/schema.prisma.
// A draft to be read before it is committed, since an engine cannot know of the traffic on a
// table: CHECKs, fillfactors and CONCURRENTLY (alone in its file) are added by hand.
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openSchemaEngine } from './schema-engine.mjs';
import { withMigratedDatabase } from './with-migrated-database.mjs';

const prisma = path.resolve(import.meta.dirname, '../../../prisma');
const { values } = parseArgs({
  options: {
    name: { type: 'string' },
    schema: { type: 'string', default: path.join(prisma, 'schema.prisma') },
    migrations: { type: 'string', default: path.join(prisma, 'migrations') },
  },
});

if (values.name === undefined || !/^[a-z0-9]+(_[a-z0-9]+)*$/.test(values.name)) {
  console.error('usage: pnpm schema:migrate --name what_it_does (a-z, 0-9 and _)');
  process.exitCode = 2;
} else {
  await writeNextMigration(values.name);
}

async function writeNextMigration(/** @type {string} */ name) {
  const sql = await withMigratedDatabase(values.migrations, async (url) => {
    const engine = await openSchemaEngine(url, values.schema);
    try {
      return await engine.diff();
    } finally {
      await engine.close();
    }
  });
  if (sql === null) {
    console.log('schema.prisma and the migrations agree: there is nothing to migrate');
    return;
  }
  const folder = path.join(values.migrations, `${await nextStamp()}_${name}`);
  await mkdir(folder);
  await writeFile(path.join(folder, 'migration.sql'), sql);
  console.log(`wrote ${path.relative(process.cwd(), path.join(folder, 'migration.sql'))}`);
}

/** UTC seconds like Prisma's, but always after the last one, whatever this machine's clock says. */
async function nextStamp() {
  const names = (await readdir(values.migrations)).filter((entry) => /^\d{14}_/.test(entry));
  const last = Number(names.sort().at(-1)?.slice(0, 14) ?? 0);
  const now = Number(new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14));
  return String(Math.max(now, last + 1));
}
