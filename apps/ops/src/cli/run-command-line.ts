import { CommanderError } from 'commander';
import { isUnavailable, sqlState } from '@orders/database/sql-state';
import { ConfigError } from '@orders/service/config-error';
import { scrubText } from '@orders/service/scrub-text';
import type { Environment } from '@orders/service/parse-config';
import { readConfig } from '../config.ts';
import { createProgram } from '../program.ts';
import { type Answer, EXIT } from './answer.ts';
import { CommandError } from './command-error.ts';
import type { Terminal } from './terminal.ts';

/**
 * Runs one command line to its end and returns the exit code. With `--json` exactly one object is
 * printed, also when the command fails; without, what went wrong is one line beside the answer.
 */
export async function runCommandLine(
  args: readonly string[],
  environment: Environment,
  terminal: Terminal,
): Promise<number> {
  const json = args.includes('--json');
  let answer: Answer | undefined;
  try {
    const config = readConfig(environment);
    const program = createProgram({ config, terminal, finish: (given) => (answer = given) });
    await program.parseAsync(args, { from: 'user' });
    if (answer === undefined) return EXIT.good;
    if (json) terminal.print(JSON.stringify(answer.json));
    else if (answer.text !== '') terminal.print(answer.text);
    await answer.running;
    return answer.verdict === 'good' ? EXIT.good : EXIT.bad;
  } catch (error) {
    return reportFailure(error, json, terminal);
  }
}

function reportFailure(error: unknown, json: boolean, terminal: Terminal): number {
  const { exitCode, message } = describeFailure(error);
  if (message === null) return exitCode;
  // Commander has noted its own errors already, with a hint at --help.
  if (!(error instanceof CommanderError)) terminal.note(scrubText(message));
  if (json) terminal.print(JSON.stringify({ error: scrubText(message) }));
  return exitCode;
}

function describeFailure(error: unknown): { exitCode: number; message: string | null } {
  if (error instanceof CommandError) return { exitCode: error.exitCode, message: error.message };
  if (error instanceof ConfigError) return { exitCode: EXIT.usage, message: error.message };
  if (error instanceof CommanderError) return describeUsage(error);
  // 42P01 undefined_table, 42703 undefined_column
  if (['42P01', '42703'].includes(sqlState(error) ?? '')) {
    const message = 'the database lacks the schema of this version: run `ops migrate` first';
    return { exitCode: EXIT.bad, message };
  }
  if (isUnavailable(error)) {
    return { exitCode: EXIT.unreachable, message: `PostgreSQL went away: ${messageOf(error)}` };
  }
  return {
    exitCode: EXIT.bad,
    message: error instanceof Error ? (error.stack ?? error.message) : messageOf(error),
  };
}

function describeUsage(error: CommanderError): { exitCode: number; message: string | null } {
  // Help that was asked for is no error.
  if (error.exitCode === 0) return { exitCode: EXIT.good, message: null };
  // Commander shows help, instead of an error, when the command is missing or help knows none.
  const message = error.code === 'commander.help' ? 'a known command is needed' : error.message;
  return { exitCode: EXIT.usage, message: message.replace(/^error: /, '') };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
