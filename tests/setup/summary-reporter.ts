import type { Reporter, TestModule } from 'vitest/node';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Ends a run with one line for machines, alone on its line: `N passed, N failed`, and `, N skipped`
 * when some were. A file that could not be loaded and an error outside any test count as failed:
 * whoever reads only this line must not take such a run for a good one.
 */
export function createSummaryReporter(): Reporter {
  return {
    onTestRunEnd(modules, unhandledErrors, reason) {
      const counts: Counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
      for (const module of modules) countModule(module, counts);
      if (reason === 'interrupted') counts.failed += 1;
      const { passed, failed, skipped } = counts;
      const tail = skipped === 0 ? '' : `, ${skipped} skipped`;
      process.stdout.write(`\n${passed} passed, ${failed} failed${tail}\n`);
    },
  };
}

function countModule(module: TestModule, counts: Counts): void {
  let failedTests = 0;
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    if (state === 'passed') counts.passed += 1;
    else if (state === 'failed') failedTests += 1;
    else counts.skipped += 1;
  }
  // A hook or an import failed: the module did, though none of its tests says so.
  const failed = module.state() === 'failed' && failedTests === 0 ? 1 : failedTests;
  counts.failed += failed;
}
