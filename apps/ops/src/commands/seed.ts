import { seedCatalogue } from '@orders/database/seed-catalogue';
import { seedOrders } from '@orders/database/seed-orders';
import { integer } from '@orders/service/config-values';
import type { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../cli/command-context.ts';
import { refusal } from '../cli/command-error.ts';
import { defineCommand } from '../cli/define-command.ts';
import { withDatabase } from '../open-database.ts';
import { findTarget } from '../target.ts';

export function addSeedCommands(parent: Command, context: CommandContext): void {
  defineCommand(parent, context, {
    usage: 'seed',
    summary: 'make sure that the catalogue has products with stock; leaves alone what is there',
    options: [['--count <count>', 'how many products (1200)']],
    input: z.object({ count: integer({ min: 1, max: 1_000_000 }).default(1_200) }),
    run: async ({ count }, { config }) => {
      const { products } = await withDatabase(await findTarget(config), (database) =>
        seedCatalogue(database, { count }),
      );
      return {
        verdict: 'good',
        json: { products },
        text: `The catalogue has ${products} products.`,
      };
    },
  });
  addSeedOrders(parent, context);
}

function addSeedOrders(parent: Command, context: CommandContext): void {
  defineCommand(parent, context, {
    usage: 'seed-orders',
    summary: 'make many orders of the past that have come to rest; all invariants hold',
    options: [
      ['--count <count>', 'how many'],
      ['--completed', 'most of them completed; no provider knows of their charges, as I3 will say'],
    ],
    input: z.object({
      count: z.string('is needed: --count N').pipe(integer({ min: 1, max: 100_000_000 })),
      completed: z.boolean().default(false),
    }),
    run: async ({ count, completed }, { config, terminal }) => {
      const startedAt = performance.now();
      const seeded = await withDatabase(await findTarget(config), (database) =>
        seedOrders(database, {
          count,
          completed,
          onProgress: (orders) => terminal.redraw(`${orders} of ${count} orders …`),
        }),
      );
      if (seeded.kind === 'no-products') {
        throw refusal('there is nothing to order: make a catalogue first with `ops seed`');
      }
      const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
      const text = `Made ${seeded.orders} orders in ${seconds} s.`;
      return { verdict: 'good', json: { orders: seeded.orders, seconds }, text };
    },
  });
}
