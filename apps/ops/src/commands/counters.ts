import { rebuildCounters } from '@orders/database/counters/rebuild-counters';
import type { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../cli/command-context.ts';
import { defineCommand } from '../cli/define-command.ts';
import { withDatabase } from '../open-database.ts';
import { findTarget } from '../target.ts';

export function addCounterCommands(parent: Command, context: CommandContext): void {
  const group = parent.command('counters').description('the numbers that /metrics shows');
  defineCommand(group, context, {
    usage: 'rebuild',
    summary: 'make the counters equal to the table; under load, and without a lock on orders',
    input: z.object({}),
    run: async (_input, { config }) => {
      const off = await withDatabase(await findTarget(config), rebuildCounters);
      const repaired = Object.entries(off).filter(([, difference]) => difference !== 0);
      const lines = repaired.map(([name, by]) => `${name} was off by ${-by}.`);
      return {
        verdict: 'good',
        json: { repaired: Object.fromEntries(repaired) },
        text: lines.length === 0 ? 'Every counter was right.' : lines.join('\n'),
      };
    },
  });
}
