import { migrate } from '@orders/database/migrate';
import { isUnavailable } from '@orders/database/sql-state';
import type { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../cli/command-context.ts';
import { unreachable } from '../cli/command-error.ts';
import { defineCommand } from '../cli/define-command.ts';
import { hostOf } from '../open-database.ts';
import { findTarget, need } from '../target.ts';

export function addMigrateCommand(parent: Command, context: CommandContext): void {
  defineCommand(parent, context, {
    usage: 'migrate',
    summary: 'bring the database schema up to date; safe to run many times at once',
    input: z.object({}),
    run: async (_input, { config, terminal }) => {
      const url = need((await findTarget(config)).databaseUrl, 'DATABASE_URL');
      try {
        const { applied } = await migrate(url, {
          directory: config.MIGRATIONS_FOLDER,
          log: (line) => terminal.note(line),
        });
        const text =
          applied.length === 0 ? 'The schema is up to date.' : `Applied ${applied.join(', ')}.`;
        return { verdict: 'good', json: { applied }, text };
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        throw unreachable(`PostgreSQL at ${hostOf(url)} cannot be reached`, error);
      }
    },
  });
}
