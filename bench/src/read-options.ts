import { parseArgs } from 'node:util';
import { PARTS, type PartName } from './run-bench.ts';
import { type Scale, SCALES } from './scale.ts';

export type Options =
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'wrong'; readonly text: string }
  | {
      readonly kind: 'run';
      readonly scale: Scale;
      readonly parts: readonly PartName[];
      readonly json: boolean;
      /** Folder for the report. */
      readonly out: string;
      /** Folder for CPU profiles of the programs, when they are wanted. */
      readonly profile: string | null;
    };

const names = Object.keys(PARTS).filter(isPart);

const HELP = `usage: bench [--quick] [--only PARTS] [--json] [--out FOLDER] [--profile FOLDER]

  --quick           one short round, under 4 minutes; without it three, under 20
  --only PARTS      some parts, comma separated: ${names.join(', ')}
  --json            the report as one JSON object on stdout, and nothing else there
  --out FOLDER      where bench.json and bench.html are written (.local/bench-report)
  --profile FOLDER  CPU profiles of every node program that is measured; slows them down
  --help            this text

Ends with 0 when every target is met, 1 when one is missed, 2 when it was called wrongly, 3 when a
service cannot be started or reached.`;

/** Reads the command line. */
export function readOptions(args: readonly string[], defaultOut: string): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        json: { type: 'boolean', default: false },
        out: { type: 'string', default: defaultOut },
        profile: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { kind: 'help', text: HELP };
    const wanted = values.only?.split(',') ?? names;
    const unknown = wanted.filter((name) => !isPart(name));
    if (unknown.length > 0) {
      return { kind: 'wrong', text: `there is no part ${unknown.join(', ')}\n\n${HELP}` };
    }
    return {
      kind: 'run',
      scale: values.quick ? SCALES.quick : SCALES.full,
      parts: names.filter((name) => wanted.includes(name)),
      json: values.json,
      out: values.out,
      profile: values.profile ?? null,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'wrong', text: `${reason}\n\n${HELP}` };
  }
}

function isPart(name: string): name is PartName {
  return Object.hasOwn(PARTS, name);
}
