import { createTerminal } from './cli/terminal.ts';
import { runCommandLine } from './cli/run-command-line.ts';
import { readEnvironment } from './config.ts';

/** After a command is over, what still holds the process is not worth waiting for. */
const EXIT_DEADLINE_MS = 2_000;

const controller = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => controller.abort(signal));
}
// A reader that went away (`… | head`) must not become a stack trace.
process.stdout.on('error', () => process.exit(0));

const terminal = createTerminal(process.stdout, process.stderr, controller.signal);
process.exitCode = await runCommandLine(process.argv.slice(2), readEnvironment(), terminal);
setTimeout(() => process.exit(), EXIT_DEADLINE_MS).unref();
