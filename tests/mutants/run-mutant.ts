import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describeFailure, runCommand } from '@orders/local-services/run-command';
import type { ProjectCopy } from '../harness/copy-project.ts';
import type { Mutation, Suite } from './mutation.ts';

export type MutantResult =
  /** Names of the tests that noticed. */
  | { readonly kind: 'caught'; readonly by: readonly string[] }
  /** The compiler refused it, which is as good. */
  | { readonly kind: 'not-built'; readonly error: string }
  /** No test noticed: the suites prove less than they say. */
  | { readonly kind: 'survived' }
  /** The suites did not run. */
  | { readonly kind: 'not-run'; readonly error: string };

const SUITE_TIMEOUT_MS = 600_000;
const APPS = ['apps/api', 'apps/worker', 'apps/simulator', 'apps/ops'];

/** Applies a mutation to the copy, builds, runs its suites, and puts everything back. */
export async function runMutant(copy: ProjectCopy, mutation: Mutation): Promise<MutantResult> {
  const undo: (() => Promise<void>)[] = [];
  try {
    for (const { file, text, by } of mutation.edits) undo.push(await copy.replace(file, text, by));
    const error = await build(copy);
    if (error !== null) return { kind: 'not-built', error };
    const caught: string[] = [];
    for (const suite of mutation.suites) {
      const outcome = await runSuite(copy, suite);
      if (outcome.kind === 'not-run') return outcome;
      caught.push(...outcome.failed);
    }
    return caught.length === 0 ? { kind: 'survived' } : { kind: 'caught', by: caught };
  } finally {
    for (const each of undo.toReversed()) await each();
  }
}

/** Builds what has changed; resolves with the compiler's first complaint, or null. */
export async function build({ folder }: ProjectCopy): Promise<string | null> {
  const tsc = join(folder, 'node_modules/typescript/bin/tsc');
  const result = await runCommand(process.execPath, [tsc, '-b', ...APPS], {
    cwd: folder,
    timeoutMs: SUITE_TIMEOUT_MS,
  });
  if (result.kind === 'ended' && result.code === 0) return null;
  const output = result.kind === 'ended' ? result.stdout : '';
  return output.split('\n').find((line) => line.includes('error')) ?? describeFailure(result);
}

export type SuiteOutcome =
  | { readonly kind: 'run'; readonly passed: number; readonly failed: readonly string[] }
  | { readonly kind: 'not-run'; readonly error: string };

/** Runs a suite in the copy. Tests that time out, and hooks that fail, count as failed. */
export async function runSuite({ folder }: ProjectCopy, suite: Suite): Promise<SuiteOutcome> {
  const report = join(folder, 'report.json');
  await rm(report, { force: true });
  const vitest = join(folder, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--project', suite.project, suite.file];
  if (suite.only !== undefined) args.push('-t', suite.only);
  args.push('--reporter=json', `--outputFile=${report}`);
  const result = await runCommand(process.execPath, args, {
    cwd: folder,
    timeoutMs: SUITE_TIMEOUT_MS,
  });
  const text = await readFile(report, 'utf8').catch(() => null);
  if (text === null) return { kind: 'not-run', error: describeFailure(result) };
  return readReport(JSON.parse(text));
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly status: string; readonly title: string }[];
  }[];
}

function readReport({ testResults }: Report): SuiteOutcome {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = tests.filter(({ status }) => status === 'failed').map(({ title }) => title);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const broken = testResults.find(({ status }) => status === 'failed');
  if (passed + failed.length === 0) {
    return { kind: 'not-run', error: broken?.message ?? 'no test was found' };
  }
  if (failed.length === 0 && broken !== undefined) failed.push(broken.message ?? broken.name);
  return { kind: 'run', passed, failed };
}
