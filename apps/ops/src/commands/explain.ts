import { explainOrder } from '@orders/database/orders/explain-order';
import type { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../cli/command-context.ts';
import { refusal } from '../cli/command-error.ts';
import { defineCommand } from '../cli/define-command.ts';
import { describeNextStep } from '../explain/describe-next-step.ts';
import { describeOrder, type JobView } from '../explain/describe-order.ts';
import { findJob } from '../explain/find-job.ts';
import { toPlainJson } from '../explain/to-plain-json.ts';
import { withDatabase } from '../open-database.ts';
import { findTarget } from '../target.ts';

export function addExplainCommand(parent: Command, context: CommandContext): void {
  const group = parent.command('order').description('look into single orders');
  defineCommand(group, context, {
    usage: 'explain <id>',
    summary: 'where an order stands, what comes next, and how it came there',
    input: z.object({ id: z.uuid('must be the id of an order') }),
    run: async ({ id }, { config }) => {
      const target = await findTarget(config);
      const order = await withDatabase(target, (database) => explainOrder(database, id));
      if (order === null) throw refusal(`there is no order ${id}`);
      const { redisUrl } = target;
      const question = { shards: config.QUEUE_SHARDS, orderId: id, dispatch: order.dispatch };
      const job: JobView =
        redisUrl === null
          ? { kind: 'unreachable', detail: 'REDIS_URL is not set' }
          : await findJob({ ...question, redisUrl });
      const now = new Date();
      const json = toPlainJson({ ...order, nextStep: describeNextStep(order, now), job });
      return { verdict: 'good', json, text: describeOrder(order, job, now) };
    },
  });
}
