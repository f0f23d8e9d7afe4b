import { defineConfig } from 'vitest/config';
import { createSummaryReporter } from './tests/setup/summary-reporter.ts';

const TOOLS = ['bench/test/**', 'tests/{collection,deploy,migration,rules}/**'];
const PROOFS = 'tests/{authorisation,fuzz,limits,mutants,properties}/**';

export default defineConfig({
  test: {
    pool: 'forks',
    // Suites start real servers: more at once than two only makes all of them late.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    setupFiles: ['./tests/setup/fail-on-leaks.ts'],
    reporters: ['default', createSummaryReporter()],
    projects: [
      {
        extends: true,
        test: {
          name: 'packages',
          include: ['packages/*/test/**/*.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'apps',
          include: ['apps/*/test/**/*.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          // Whole systems as well, of which nothing is expected within a time.
          name: 'tools',
          include: TOOLS.map((folder) => `${folder}/*.test.ts`),
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          // A whole system each: one after the other, with the machine to itself.
          name: 'system',
          include: ['tests/**/*.test.ts'],
          exclude: [...TOOLS, PROOFS, 'tests/{faults,chaos}/**', 'tests/**/*.long.test.ts'],
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          // What would break the promises: these measure memory, so one after the other, too.
          name: 'proofs',
          include: [`${PROOFS}/*.test.ts`],
          exclude: ['tests/**/*.long.test.ts'],
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          // Mostly waiting for locks and leases to end, so two get on well together.
          name: 'stories',
          include: ['tests/{faults,chaos}/**/*.test.ts'],
          exclude: ['tests/**/*.long.test.ts'],
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 3 },
        },
      },
      {
        extends: true,
        test: {
          // Says how fast answers are at a million orders, so with the machine to itself.
          name: 'faults-scale',
          include: ['tests/scale/**/*.long.test.ts'],
          maxWorkers: 1,
          testTimeout: 900_000,
          hookTimeout: 600_000,
          sequence: { groupOrder: 4 },
        },
      },
      {
        extends: true,
        test: {
          // What takes minutes: `test:faults`, not `test`.
          name: 'faults',
          include: ['tests/**/*.long.test.ts'],
          exclude: ['tests/scale/**'],
          maxWorkers: 2,
          testTimeout: 900_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 5 },
        },
      },
    ],
  },
});
