import { setTimeout as delay } from 'node:timers/promises';
import { readStackFile, type Stack } from '@orders/local-services/stack-file';
import { integer } from '@orders/service/config-values';
import type { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../cli/command-context.ts';
import { refusal } from '../cli/command-error.ts';
import { defineCommand } from '../cli/define-command.ts';
import type { OpsConfig } from '../config.ts';
import { desiredWorkersFile, MAX_WORKERS, writeDesiredWorkers } from '../start/desired-workers.ts';
import { need, stackFileOf } from '../target.ts';

/** Scaling down waits until workers have finished what they had begun. */
const TIMEOUT_MS = 60_000;

export function addScaleCommand(parent: Command, context: CommandContext): void {
  defineCommand(parent, context, {
    usage: 'scale <workers>',
    summary: 'set the number of workers of the running local stack; waits until they are ready',
    input: z.object({ workers: integer({ min: 0, max: MAX_WORKERS }) }),
    run: async ({ workers }, { config, terminal }) => {
      need(await readStackFile(stackFileOf(config)), 'nothing: only the local stack is scaled');
      await writeDesiredWorkers(desiredWorkersFile(config.LOCAL_FOLDER), workers);
      const running = await waitForWorkers(config, workers, terminal.stop);
      const pids = running.map(({ pid }) => pid);
      return {
        verdict: 'good',
        json: { workers, pids },
        text: `${workers} worker(s) run${pids.length === 0 ? '' : ` (pids ${pids.join(', ')})`}.`,
      };
    },
  });
}

async function waitForWorkers(
  config: OpsConfig,
  count: number,
  stop: AbortSignal,
): Promise<Stack['processes']> {
  const deadline = Date.now() + TIMEOUT_MS;
  for (;;) {
    const stack = need(await readStackFile(stackFileOf(config)), 'nothing: the stack has stopped');
    const workers = stack.processes.filter(({ name }) => name.startsWith('worker-'));
    if (workers.length === count) return workers;
    if (stop.aborted || Date.now() > deadline) {
      throw refusal(
        `the stack has ${workers.length} worker(s), not ${count}; its terminal says why`,
      );
    }
    await delay(100);
  }
}
