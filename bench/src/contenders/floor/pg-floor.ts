import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { projectFolder } from '../../project-folder.ts';
import { FLOOR_CONNECTIONS, type FloorWriter } from './floor-writer.ts';

/** The same statement as pgbench's, sent by `pg` over as many connections. */
export function createPgFloor(): FloorWriter {
  return {
    name: 'pg',
    write: async (databaseUrl, seconds) => {
      const text = toPositional(
        await readFile(join(projectFolder, 'bench/sql/place-order.sql'), 'utf8'),
      );
      const pool = new pg.Pool({ connectionString: databaseUrl, max: FLOOR_CONNECTIONS });
      // Closing connections may still be there when their database is dropped.
      pool.on('error', () => {});
      const until = performance.now() + seconds * 1_000;
      const writeOn = async (): Promise<void> => {
        while (performance.now() < until) {
          await pool.query({ name: 'place-order', text, values: chooseValues() });
        }
      };
      await Promise.all(Array.from({ length: FLOOR_CONNECTIONS }, writeOn));
      await pool.end();
    },
  };
}

const NAMES = ['one', 'two', 'customer', 'shard'] as const;

/** pgbench's script without its own commands, `:name` as `$n`. */
function toPositional(script: string): string {
  const statement = script.replace(/^(--|\\).*\n/gm, '').replace(/;\s*$/, '');
  return NAMES.reduce(
    (text, name, index) => text.replaceAll(`:${name}::`, `$${index + 1}::`),
    statement,
  );
}

function chooseValues(): number[] {
  const one = random(1_000);
  const two = (one + 1 + random(999)) % 1_000;
  return [one + 1, two + 1, 1 + random(1_000), random(16)];
}

function random(below: number): number {
  return Math.floor(Math.random() * below);
}
