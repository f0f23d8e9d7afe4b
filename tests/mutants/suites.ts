import type { Suite } from './mutation.ts';

/** Of a whole system, the tests whose names match. */
export function story(file: string, only: string): Suite {
  return { project: 'stories', file: `tests/faults/${file}.test.ts`, only };
}

/** Of the database package, all tests of a file or those whose names match. */
export function database(file: string, only?: string): Suite {
  const suite = { project: 'packages', file: `packages/database/test/${file}.test.ts` } as const;
  return only === undefined ? suite : { ...suite, only };
}
