import { copyProject } from '../harness/copy-project.ts';
import type { Mutation, Suite } from './mutation.ts';
import { build, type MutantResult, runMutant, runSuite } from './run-mutant.ts';

export interface MutantsOptions {
  /** Runs each suite once on the unchanged copy: one that fails there proves nothing. */
  readonly baseline: boolean;
  readonly note: (line: string) => void;
}

export interface MutantReport {
  readonly name: string;
  readonly result: MutantResult;
  readonly seconds: number;
}

/**
 * Breaks a copy of the project in each of these ways, one after the other, and tells which tests
 * noticed.
 *
 * @throws when the unchanged copy cannot be built, or one of its suites fails
 */
export async function runMutants(
  mutations: readonly Mutation[],
  { baseline, note }: MutantsOptions,
): Promise<MutantReport[]> {
  const copy = await copyProject();
  try {
    const error = await build(copy);
    if (error !== null) throw new Error(`the unchanged project does not build: ${error}`);
    if (baseline) {
      for (const suite of listSuites(mutations)) {
        note(`unchanged: ${nameOf(suite)}`);
        const outcome = await runSuite(copy, suite);
        const why = outcome.kind === 'not-run' ? outcome.error : outcome.failed.join('; ');
        if (why !== '') throw new Error(`${nameOf(suite)} fails on the unchanged project: ${why}`);
      }
    }
    const reports: MutantReport[] = [];
    for (const mutation of mutations) {
      note(`mutant: ${mutation.name}`);
      const since = performance.now();
      const result = await runMutant(copy, mutation);
      reports.push({
        name: mutation.name,
        result,
        seconds: Math.round((performance.now() - since) / 1_000),
      });
    }
    return reports;
  } finally {
    await copy.remove();
  }
}

function listSuites(mutations: readonly Mutation[]): Suite[] {
  const suites = mutations.flatMap((mutation) => mutation.suites);
  return Array.from(new Map(suites.map((suite) => [nameOf(suite), suite])).values());
}

function nameOf({ file, only }: Suite): string {
  return only === undefined ? file : `${file} (${only})`;
}
