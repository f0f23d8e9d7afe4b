// Fails when prisma/schema.prisma and prisma/migrations say different things, with the SQL that
// would lead from the migrations to the schema, or when Prisma does not accept how migrate() has
// recorded them. Exit 0: they agree; 1: they do not.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openSchemaEngine } from './schema-engine.mjs';
import { withMigratedDatabase } from './with-migrated-database.mjs';

const prisma = path.resolve(import.meta.dirname, '../../../prisma');
const { values } = parseArgs({
  options: {
    schema: { type: 'string', default: path.join(prisma, 'schema.prisma') },
    migrations: { type: 'string', default: path.join(prisma, 'migrations') },
  },
});

const complaints = await withMigratedDatabase(values.migrations, async (url) => {
  const engine = await openSchemaEngine(url, values.schema);
  try {
    return [
      describeDrift(await engine.diff()),
      describeHistory(await engine.diagnose(values.migrations)),
    ].filter((complaint) => complaint !== null);
  } finally {
    await engine.close();
  }
});

for (const complaint of complaints) console.error(complaint);
if (complaints.length === 0) console.log('schema.prisma and the migrations agree');
process.exitCode = complaints.length === 0 ? 0 : 1;

function describeDrift(/** @type {string | null} */ sql) {
  if (sql === null) return null;
  return [
    'schema.prisma and the migrations do not agree. From the migrations to the schema it takes:',
    '',
    sql.trim(),
    '',
    'Write it as the next migration with `pnpm schema:migrate --name <what it does>`, or change schema.prisma back.',
  ].join('\n');
}

function describeHistory({ editedMigrationNames, failedMigrationNames, history }) {
  const isFine =
    editedMigrationNames.length === 0 && failedMigrationNames.length === 0 && history === null;
  if (isFine) return null;
  const found = JSON.stringify({ editedMigrationNames, failedMigrationNames, history });
  return `Prisma does not accept the recorded migrations: ${found}`;
}
