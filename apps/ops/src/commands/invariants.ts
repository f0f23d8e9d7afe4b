import { INVARIANTS, type Violation } from '@orders/database/invariants/violation';
import type { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../cli/command-context.ts';
import { defineCommand } from '../cli/define-command.ts';
import { checkInvariants } from '../invariants/check-invariants.ts';
import { findTarget } from '../target.ts';

export function addInvariantsCommand(parent: Command, context: CommandContext): void {
  defineCommand(parent, context, {
    usage: 'invariants',
    summary: 'check I1–I8: a line for each violation; valid under load',
    options: [
      ['--acknowledged <file>', 'NDJSON of {id, key?, customerId?}: orders that must exist (I1)'],
      ['--logs <dir>', 'a folder of logs to search for secrets and unhandled errors (I8)'],
      ['--healed', 'faults are over: nothing may be under way any more (I5)'],
    ],
    input: z.object({
      acknowledged: z.string().min(1).optional(),
      logs: z.string().min(1).optional(),
      healed: z.boolean().default(false),
    }),
    run: async ({ acknowledged = null, logs = null, healed }, { config, terminal }) => {
      const report = await checkInvariants(await findTarget(config), {
        acknowledgedFile: acknowledged,
        logsFolder: logs,
        healed,
        onProgress: (what) => terminal.redraw(`checking ${what} …`),
      });
      const { violations, checked, skipped } = report;
      return {
        verdict: violations.length === 0 ? 'good' : 'bad',
        json: { verdict: violations.length === 0 ? 'pass' : 'fail', ...report },
        text: [
          ...violations.map(describeViolation),
          ...Object.entries(skipped).map(([name, why]) => `${name} was not checked: ${why}`),
          `${violations.length} violations in ${checked.orders} orders, ${checked.charges} charges, ${checked.acknowledged} acknowledged orders and ${checked.logLines} lines of logs.`,
        ].join('\n'),
      };
    },
  });
}

function describeViolation({ invariant, subject, detail }: Violation): string {
  return `${invariant} ${subject}: ${detail}   [${INVARIANTS[invariant]}]`;
}
