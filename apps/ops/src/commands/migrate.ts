import { migrate } from '@orders/database/migrate';
import { seedCatalogue } from '@orders/database/seed-catalogue';
import type { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../cli/command-context.ts';
import { defineCommand } from '../cli/define-command.ts';
import { withDatabase } from '../open-database.ts';
import { findTarget, need } from '../target.ts';

export function addMigrateCommand(parent: Command, context: CommandContext): void {
  defineCommand(parent, context, {
    usage: 'migrate',
    summary: 'bring the database schema up to date; safe to run many times at once',
    options: [
      ['--seed', 'also make sure that the catalogue has products with stock, to try it out'],
    ],
    input: z.object({ seed: z.boolean().default(false) }),
    run: async ({ seed }, { config, terminal }) => {
      const target = await findTarget(config);
      const url = need(target.databaseUrl, 'DATABASE_URL');
      await withDatabase(target, () => Promise.resolve());
      const { applied } = await migrate(url, {
        directory: config.MIGRATIONS_FOLDER,
        log: (line) => terminal.note(line),
      });
      if (seed) await withDatabase(target, (database) => seedCatalogue(database));
      const text =
        applied.length === 0 ? 'The schema is up to date.' : `Applied ${applied.join(', ')}.`;
      return { verdict: 'good', json: { applied }, text };
    },
  });
}
