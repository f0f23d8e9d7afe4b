import { userInfo } from 'node:os';
import { readDeadLetterDetails } from '@orders/database/dead-letters/read-dead-letter-details';
import type { DeadLetterFilter } from '@orders/database/dead-letters/read-dead-letters';
import { DEAD_LETTER_REASONS, DEAD_LETTER_STATES } from '@orders/domain/dead-letter-reason';
import { integer } from '@orders/service/config-values';
import type { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../cli/command-context.ts';
import { usageError } from '../cli/command-error.ts';
import { defineCommand } from '../cli/define-command.ts';
import { actById } from '../dead-letters/act-by-id.ts';
import { describeDeadLetter } from '../dead-letters/describe-dead-letter.ts';
import { describeProblem } from '../dead-letters/describe-problem.ts';
import { listPage } from '../dead-letters/list-page.ts';
import { redriveMatching } from '../dead-letters/redrive-matching.ts';
import { withDatabase } from '../open-database.ts';
import { findTarget } from '../target.ts';

const id = z.uuid('must be the id of a dead letter');
const actor = z.string().min(1).max(255).default(`operator:${userInfo().username}`);
const note = z.string('is needed: --reason TEXT').min(1).max(1000);
const filter = {
  reason: z.enum(DEAD_LETTER_REASONS).optional(),
  from: z.coerce.date().optional(),
  to: z.coerce.date().optional(),
};
const FILTER_OPTIONS = [
  ['--reason <reason>', `one of ${DEAD_LETTER_REASONS.join(', ')}`],
  ['--from <time>', 'opened at or after'],
  ['--to <time>', 'opened before'],
] as const;
const ACTOR_OPTION = [
  '--actor <name>',
  'who acts, for the log (the user of this process)',
] as const;

export function addDeadLetterCommands(parent: Command, context: CommandContext): void {
  const group = parent
    .command('dead-letters')
    .description('orders that gave up and wait for an operator');
  addLooks(group, context);
  addRedrive(group, context);
  addDecisions(group, context);
}

function addLooks(group: Command, context: CommandContext): void {
  defineCommand(group, context, {
    usage: 'list',
    summary: 'list dead letters, newest first',
    options: [
      ...FILTER_OPTIONS,
      ['--state <state>', `one of ${DEAD_LETTER_STATES.join(', ')} (open)`],
      ['--limit <count>', 'at most so many (100)'],
      ['--cursor <cursor>', 'nextCursor of the list before, with the same filters'],
    ],
    input: z.object({
      ...filter,
      state: z.enum(DEAD_LETTER_STATES).default('open'),
      limit: integer({ min: 1, max: 10_000 }).default(100),
      cursor: z.uuid('must be the nextCursor of a list').optional(),
    }),
    run: async ({ limit, cursor = null, ...matching }, { config }) =>
      withDatabase(await findTarget(config), (database) =>
        listPage(database, toFilter(matching), limit, cursor),
      ),
  });
  defineCommand(group, context, {
    usage: 'show <id>',
    summary: 'show one dead letter in full',
    input: z.object({ id }),
    run: async (input, { config }) => {
      const letter = await withDatabase(await findTarget(config), (database) =>
        readDeadLetterDetails(database, input.id),
      );
      if (letter === null) {
        const text = `there is no dead letter ${input.id}`;
        return { verdict: 'bad', json: describeProblem('not-found', text), text };
      }
      return { verdict: 'good', json: { ...letter }, text: describeDeadLetter(letter) };
    },
  });
}

function addRedrive(group: Command, context: CommandContext): void {
  defineCommand(group, context, {
    usage: 'redrive [id]',
    summary: 'send an order on its way again; without an id, all that match',
    options: [
      ...FILTER_OPTIONS,
      ['--expected-count <count>', 'do nothing unless exactly so many match'],
      ['--dry-run', 'only say how many match'],
      ['--force', 'also when the customer has ordered the same again'],
      ACTOR_OPTION,
    ],
    input: z.object({
      id: id.optional(),
      ...filter,
      actor,
      expectedCount: integer().optional(),
      dryRun: z.boolean().default(false),
      force: z.boolean().default(false),
    }),
    run: async ({ id: one, actor: by, expectedCount, dryRun, force, ...matching }, { config }) => {
      if (one === undefined && expectedCount === undefined && !dryRun) {
        throw usageError('name a dead letter, or say --dry-run, or how many by --expected-count');
      }
      return withDatabase(await findTarget(config), (database) =>
        one === undefined
          ? redriveMatching(database, toFilter(matching), by, {
              expectedCount: expectedCount ?? null,
              dryRun,
              force,
            })
          : actById(database, one, { kind: 'redrive', force }, by),
      );
    },
  });
}

function addDecisions(group: Command, context: CommandContext): void {
  defineCommand(group, context, {
    usage: 'discard <id>',
    summary: 'cancel the order; a payment that may have happened is undone first',
    options: [['--reason <text>', 'why, for the log'], ACTOR_OPTION],
    input: z.object({ id, reason: note, actor }),
    run: async ({ id: one, reason, actor: by }, { config }) =>
      withDatabase(await findTarget(config), (database) =>
        actById(database, one, { kind: 'discard', reason }, by),
      ),
  });
  defineCommand(group, context, {
    usage: 'resolve <id>',
    summary: 'say how a payment ended whose outcome you know from the provider',
    options: [
      ['--outcome <outcome>', 'charged or not_charged'],
      ['--reference <id>', 'of the charge at the provider; needed with charged'],
      ['--reason <text>', 'how you know, for the log'],
      ACTOR_OPTION,
    ],
    input: z.object({
      id,
      outcome: z.enum(['charged', 'not_charged'], 'is needed: --outcome charged|not_charged'),
      reference: z.string().min(1).max(255).optional(),
      reason: note,
      actor,
    }),
    run: async ({ id: one, outcome, reference = null, reason, actor: by }, { config }) => {
      if (outcome === 'charged' && reference === null) {
        throw usageError('charged needs --reference: the id of the charge at the provider');
      }
      return withDatabase(await findTarget(config), (database) =>
        actById(database, one, { kind: 'resolve', outcome, reference, reason }, by),
      );
    },
  });
}

/** Members that were not given must be absent, not undefined. */
function toFilter({
  reason,
  from,
  to,
  state,
}: { [K in keyof DeadLetterFilter]: DeadLetterFilter[K] | undefined }): DeadLetterFilter {
  return {
    ...(reason !== undefined && { reason }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(state !== undefined && { state }),
  };
}
