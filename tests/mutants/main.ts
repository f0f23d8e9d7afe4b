import { parseArgs } from 'node:util';
import type { Mutation } from './mutation.ts';
import { MUTATIONS } from './mutations.ts';
import type { MutantResult } from './run-mutant.ts';
import { type MutantReport, runMutants } from './run-mutants.ts';

const HELP = `mutants: breaks a copy of the project in known ways and tells which tests noticed

  --only <text>   only mutations whose names contain it
  --no-baseline   do not first run the suites on the unchanged copy
  --list          only print the mutations and their suites
  --json          print one JSON object and nothing else on standard output

Exit codes: 0 every mutant was caught, 1 one survived, 2 usage, 3 a suite could not be run.`;

const EXIT = { good: 0, bad: 1, usage: 2, unreachable: 3 } as const;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const asked = readArguments(args);
  if (typeof asked === 'string') {
    if (asked === HELP) console.log(asked);
    else fail(asked, args.includes('--json'));
    return asked === HELP ? EXIT.good : EXIT.usage;
  }
  const { mutations, baseline, json } = asked;
  if (asked.list) {
    if (json) console.log(JSON.stringify({ mutations }));
    else
      for (const { name, suites } of mutations)
        console.log(`${name}: ${suites.map(({ file }) => file).join(', ')}`);
    return EXIT.good;
  }
  try {
    const note = (line: string): void => console.error(`… ${line}`);
    const reports = await runMutants(mutations, { baseline, note });
    const survivors = reports.filter(({ result }) => result.kind === 'survived').length;
    const verdict = survivors === 0 ? 'pass' : 'fail';
    console.log(
      json ? JSON.stringify({ verdict, survivors, mutants: reports }) : describe(reports),
    );
    if (reports.some(({ result }) => result.kind === 'not-run')) return EXIT.unreachable;
    return survivors === 0 ? EXIT.good : EXIT.bad;
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error), json);
    return EXIT.unreachable;
  }
}

function fail(message: string, json: boolean): void {
  console.error(message);
  if (json) console.log(JSON.stringify({ error: message }));
}

function describe(reports: readonly MutantReport[]): string {
  const width = Math.max(...reports.map(({ name }) => name.length));
  const lines = reports.map(
    ({ name, result, seconds }) =>
      `${name.padEnd(width)} | ${result.kind.padEnd(9)} | ${String(seconds).padStart(4)} s | ${describeResult(result)}`,
  );
  const caught = reports.filter(
    ({ result }) => result.kind === 'caught' || result.kind === 'not-built',
  ).length;
  return [...lines, `${caught} of ${reports.length} mutants were caught.`].join('\n');
}

function describeResult(result: MutantResult): string {
  switch (result.kind) {
    case 'caught':
      return result.by.join('; ');
    case 'survived':
      return 'no test noticed';
    case 'not-built':
    case 'not-run':
      return result.error;
  }
}

interface Asked {
  readonly mutations: readonly Mutation[];
  readonly baseline: boolean;
  readonly list: boolean;
  readonly json: boolean;
}

/** What was asked for, or a text that says what is wrong with it. */
function readArguments(args: readonly string[]): Asked | string {
  try {
    const { values } = parseArgs({
      args: args.filter((arg) => arg !== '--'),
      options: {
        only: { type: 'string', default: '' },
        'no-baseline': { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return HELP;
    const mutations = MUTATIONS.filter(({ name }) => name.includes(values.only));
    if (mutations.length === 0) return `--only ${values.only}: there is no such mutation`;
    return { mutations, baseline: !values['no-baseline'], list: values.list, json: values.json };
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)} (--help shows what is possible)`;
  }
}
