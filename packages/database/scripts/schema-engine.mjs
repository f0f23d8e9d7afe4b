import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

const FILTERS = { externalTables: [], externalEnums: [] };

/**
 * Opens Prisma's own schema engine, the WebAssembly build that needs no download, on a database.
 * Its surface is not a public API of Prisma: only development scripts use it.
 *
 * @param {string} url
 * @param {string} schemaPath
 */
export async function openSchemaEngine(url, schemaPath) {
  await loadBindings();
  const pool = createPool(url);
  const files = [{ path: schemaPath, content: await readFile(schemaPath, 'utf8') }];
  const engine = await bindings.SchemaEngine.new(
    { datamodels: files.map((file) => [file.path, file.content]) },
    () => {},
    bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool)),
  );
  return {
    /** The SQL that leads from the database to the schema; null when they agree. */
    async diff() {
      const { exitCode, stdout } = await engine.diff({
        from: { tag: 'schemaDatasource', files, configDir: path.dirname(schemaPath) },
        to: { tag: 'schemaDatamodel', files },
        script: true,
        exitCode: true,
        filters: FILTERS,
      });
      return exitCode === 0 ? null : stdout;
    },
    /** What Prisma thinks of the recorded migrations beside the files of a folder. */
    async diagnose(/** @type {string} */ directory) {
      const migrationsList = await listMigrations(directory);
      return engine.diagnoseMigrationHistory({
        migrationsList,
        optInToShadowDatabase: false,
        filters: FILTERS,
      });
    },
    async close() {
      engine.free();
      await pool.end();
    },
  };
}

async function loadBindings() {
  // Where a Rust panic leaves its message; without it the real error would be lost.
  globalThis.PRISMA_WASM_PANIC_REGISTRY = {
    set_message(message) {
      throw new Error(`Prisma's schema engine failed: ${message}`);
    },
  };
  const require = createRequire(import.meta.url);
  const folder = path.dirname(require.resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const wasm = await readFile(path.join(folder, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': bindings });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}

/**
 * A pool that speaks to the engine through Prisma's adapter, which lacks PostgreSQL's "char" (OID
 * 18): as text (OID 25) the engine reads it, but for `constraint_type`. The rows of that one are
 * left out. They are CHECK and NOT NULL constraints, of which the engine does not compare any.
 */
function createPool(url) {
  const pool = new pg.Pool({ connectionString: url });
  const query = pool.query.bind(pool);
  pool.query = async (...args) => {
    const result = await query(...args);
    for (const field of result.fields) {
      if (field.dataTypeID === 18) field.dataTypeID = 25;
      if (field.name === 'constraint_type') result.rows = [];
    }
    return result;
  };
  return pool;
}

async function listMigrations(directory) {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const read = (...parts) => readFile(path.join(directory, ...parts), 'utf8');
  return {
    baseDir: directory,
    lockfile: { path: 'migration_lock.toml', content: await read('migration_lock.toml') },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.sort().map(async (name) => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: { tag: 'ok', value: await read(name, 'migration.sql') },
        },
      })),
    ),
  };
}
