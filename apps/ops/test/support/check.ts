import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Violation } from '@orders/database/invariants/violation';
import { expect } from 'vitest';
import { checkDatabase } from '../../src/invariants/check-database.ts';
import type { TestDatabase } from './start-database.ts';

interface Options {
  /** What clients were told is accepted. */
  readonly acknowledged?: readonly { id: string; key?: string; customerId?: string }[];
  readonly healed?: boolean;
}

/** What the invariants that the database alone can tell find now. */
export async function check(
  database: TestDatabase,
  { acknowledged, healed = false }: Options = {},
): Promise<Violation[]> {
  const folder = await mkdtemp(join(tmpdir(), 'orders-invariants-'));
  const file = join(folder, 'acknowledged.ndjson');
  const lines = acknowledged?.map((line) => `${JSON.stringify(line)}\n`) ?? [];
  await writeFile(file, lines.join(''));
  const acknowledgedFile = acknowledged === undefined ? null : file;
  try {
    const options = { acknowledgedFile, healed, onProgress: () => {} };
    return (await checkDatabase(database, options)).violations;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** That this is the only violation. */
export function expectOne(
  violations: Violation[],
  invariant: string,
  subject: string,
  detail: RegExp,
): void {
  expect(violations).toEqual([{ invariant, subject, detail: expect.stringMatching(detail) }]);
}
