import { Command } from 'commander';
import type { CommandContext } from './cli/command-context.ts';
import { addCounterCommands } from './commands/counters.ts';
import { addDeadLetterCommands } from './commands/dead-letters.ts';
import { addExplainCommand } from './commands/explain.ts';
import { addInvariantsCommand } from './commands/invariants.ts';
import { addLoadCommand } from './commands/load.ts';
import { addMigrateCommand } from './commands/migrate.ts';
import { addScaleCommand } from './commands/scale.ts';
import { addSeedCommands } from './commands/seed.ts';
import { addStartCommand } from './commands/start.ts';
import { addTokenCommand } from './commands/token.ts';

/** The whole command line. Never exits by itself: whoever parses with it gets the errors. */
export function createProgram(context: CommandContext): Command {
  const program = new Command('ops')
    .description('Operates the order system: start it, load it, look into it, repair it.')
    .exitOverride()
    .showHelpAfterError('(--help shows what is possible)')
    .configureOutput({
      writeOut: (text) => context.terminal.print(text.trimEnd()),
      writeErr: (text) => context.terminal.note(text.trimEnd()),
    })
    .addHelpText(
      'after',
      '\nExit codes: 0 good, 1 a verdict or violation, 2 usage, 3 a service is unreachable.',
    );
  addStartCommand(program, context);
  addScaleCommand(program, context);
  addLoadCommand(program, context);
  addTokenCommand(program, context);
  addExplainCommand(program, context);
  addDeadLetterCommands(program, context);
  addInvariantsCommand(program, context);
  addMigrateCommand(program, context);
  addSeedCommands(program, context);
  addCounterCommands(program, context);
  return program;
}
