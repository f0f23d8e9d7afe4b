import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyProject } from '../harness/copy-project.ts';
import { REPOSITORY } from '../harness/start-stores.ts';
import type { Mutation } from './mutation.ts';
import { MUTATIONS } from './mutations.ts';
import { build, runMutant } from './run-mutant.ts';

const edits = MUTATIONS.flatMap(({ name, edits: of }) => of.map((edit) => ({ name, ...edit })));

test('there are at least ten mutations, each with suites that have to notice', () => {
  expect(MUTATIONS.length).toBeGreaterThanOrEqual(10);
  expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
  expect(MUTATIONS.filter(({ suites }) => suites.length === 0)).toEqual([]);
});

test.each(edits)('$name: what it changes in $file stands there once', async ({ file, text }) => {
  const source = await readFile(join(REPOSITORY, file), 'utf8');
  expect(source.split(text)).toHaveLength(2);
});

test.each(MUTATIONS)(
  '$name: the suites that have to notice have such tests',
  async ({ suites }) => {
    for (const { file, only } of suites) {
      const source = await readFile(join(REPOSITORY, file), 'utf8');
      expect(source).toContain(only ?? 'test(');
    }
  },
);

const SUITE = { project: 'packages', file: 'packages/domain/test/retry-policy.test.ts' } as const;
const POLICY = 'packages/domain/src/retry-policy.ts';

const HARMFUL: Mutation = {
  name: 'no backoff at all',
  edits: [{ file: POLICY, text: 'return Math.round(', by: 'return 0 * Math.round(' }],
  suites: [SUITE],
};
const HARMLESS: Mutation = {
  name: 'half and half, said the other way round',
  edits: [
    { file: POLICY, text: 'full / 2 + (full / 2) * random', by: '(full / 2) * random + full / 2' },
  ],
  suites: [SUITE],
};
const NONSENSE: Mutation = {
  name: 'a text where a number belongs',
  edits: [{ file: POLICY, text: 'return Math.round(', by: "return String('') + Math.round(" }],
  suites: [SUITE],
};

test('a harmful change is caught, a harmless one survives, nonsense is not built, and the project is untouched', async () => {
  const before = await readFile(join(REPOSITORY, POLICY), 'utf8');
  const copy = await copyProject();
  try {
    expect(await build(copy)).toBeNull();
    expect(await runMutant(copy, HARMFUL)).toMatchObject({ kind: 'caught' });
    expect(await runMutant(copy, HARMLESS)).toEqual({ kind: 'survived' });
    expect(await runMutant(copy, NONSENSE)).toMatchObject({ kind: 'not-built' });
    expect(await readFile(join(copy.folder, POLICY), 'utf8')).toBe(before);
  } finally {
    await copy.remove();
  }
  expect(await readFile(join(REPOSITORY, POLICY), 'utf8')).toBe(before);
});
