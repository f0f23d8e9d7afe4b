import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { type ChaosResult, runChaos } from './run-chaos.ts';
import { describeFault } from './fault.ts';
import { makePlan } from './make-plan.ts';
import { describeResult } from './describe-result.ts';

const HELP = `chaos: random faults over continuous load, then healing, then I1–I8 and the customers' memory

  --seed <number>     the same seed repeats the plan (random)
  --seconds <number>  how long faults happen (60)
  --minutes <number>  the same in minutes: a soak, with memory and handles sampled
  --dry-run           only print the plan
  --json              print one JSON object and nothing else on standard output

Exit codes: 0 good, 1 a violation, 2 usage, 3 a service could not be started or reached.`;

const EXIT = { good: 0, bad: 1, usage: 2, unreachable: 3 } as const;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const asked = readArguments(args);
  if (typeof asked === 'string') {
    if (asked === HELP) console.log(asked);
    else fail(asked, args.includes('--json'));
    return asked === HELP ? EXIT.good : EXIT.usage;
  }
  const { seed, seconds, json, dryRun } = asked;
  const say = json ? console.error : console.log;
  const plan = makePlan(seed, seconds);
  say(`seed ${seed}, ${seconds} s`);
  for (const fault of plan) say(describeFault(fault));
  if (dryRun) {
    if (json) console.log(JSON.stringify({ seed, seconds, plan }));
    return EXIT.good;
  }
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => controller.abort());
  let result: ChaosResult;
  try {
    result = await runChaos({
      seed,
      seconds,
      note: (line) => say(`… ${line}`),
      onFault: (fault, error) => {
        if (error !== null) say(`… not done: ${describeFault(fault)}: ${describeError(error)}`);
      },
      signal: controller.signal,
    });
  } catch (error) {
    fail(describeError(error), json);
    return isViolation(error) ? EXIT.bad : EXIT.unreachable;
  }
  const verdict = result.violations.length === 0 ? 'pass' : 'fail';
  if (json) console.log(JSON.stringify({ verdict, ...result, plan }));
  else console.log(describeResult(result));
  return verdict === 'pass' ? EXIT.good : EXIT.bad;
}

function fail(message: string, json: boolean): void {
  console.error(message);
  if (json) console.log(JSON.stringify({ error: message }));
}

/** An order that does not come to rest is what this is about; a port that is taken is not. */
function isViolation(error: unknown): boolean {
  return (
    error instanceof Error &&
    /still under way|no definite answer|no answer for long/.test(error.message)
  );
}

interface Asked {
  readonly seed: number;
  readonly seconds: number;
  readonly json: boolean;
  readonly dryRun: boolean;
}

/** What was asked for, or a text that says what is wrong with it. */
function readArguments(args: readonly string[]): Asked | string {
  try {
    const { values } = parseArgs({
      args: args.filter((arg) => arg !== '--'),
      options: {
        seed: { type: 'string' },
        seconds: { type: 'string' },
        minutes: { type: 'string' },
        json: { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return HELP;
    const seed = Number(values.seed ?? randomInt(1_000_000));
    const seconds =
      values.minutes === undefined ? Number(values.seconds ?? 60) : 60 * Number(values.minutes);
    if (!Number.isInteger(seed) || seed < 0) return '--seed must be a whole number, 0 or more';
    if (!(seconds >= 5)) return '--seconds must be 5 or more';
    return { seed, seconds, json: values.json, dryRun: values['dry-run'] };
  } catch (error) {
    return `${describeError(error)} (--help shows what is possible)`;
  }
}

function describeError(error: unknown): string {
  return error instanceof Error ? error.message : JSON.stringify(error);
}
