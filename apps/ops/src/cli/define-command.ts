import { type Command, Option } from 'commander';
import type { z } from 'zod';
import type { Answer } from './answer.ts';
import { usageError } from './command-error.ts';
import type { CommandContext } from './command-context.ts';

export interface CommandSpec<S extends z.ZodObject> {
  /** With its arguments, as commander writes them: `explain <id>`. */
  readonly usage: string;
  readonly summary: string;
  /** Flags and what they mean: `['--ttl <seconds>', 'how long it is valid']`. */
  readonly options?: readonly (readonly [flags: string, description: string])[];
  /** Arguments and options by name, all of them texts or true; what is wrong is a usage error. */
  readonly input: S;
  readonly run: (input: z.output<S>, context: CommandContext) => Promise<Answer>;
}

/** Adds a command to `parent`. Every command has `--json` and `--help` besides its own options. */
export function defineCommand<S extends z.ZodObject>(
  parent: Command,
  context: CommandContext,
  { usage, summary, options = [], input, run }: CommandSpec<S>,
): void {
  const command = parent.command(usage).description(summary);
  for (const [flags, description] of options) command.addOption(new Option(flags, description));
  command.option('--json', 'print one JSON object and nothing else');
  command.action(async () => {
    const names = command.registeredArguments.map((argument) => argument.name());
    const given = Object.fromEntries(names.map((name, place) => [name, command.args[place]]));
    const parsed = input.safeParse({ ...command.opts(), ...given });
    if (!parsed.success) throw usageError(describeInput(parsed.error));
    context.finish(await run(parsed.data, context));
  });
}

function describeInput(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => `${path.length === 0 ? 'options' : path.join('.')}: ${message}`)
    .join('; ');
}
