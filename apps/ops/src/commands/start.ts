import { watchParent } from '@orders/local-services/watch-parent';
import type { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../cli/command-context.ts';
import { defineCommand } from '../cli/define-command.ts';
import type { Terminal } from '../cli/terminal.ts';
import { describeStack } from '../start/describe-stack.ts';
import { type RunningStack, startStack } from '../start/start-stack.ts';

export function addStartCommand(parent: Command, context: CommandContext): void {
  defineCommand(parent, context, {
    usage: 'start',
    summary: 'start the whole system on this machine (PORT, WORKERS, DATABASE_URL, REDIS_URL)',
    input: z.object({}),
    run: async (_input, { config, terminal }) => {
      const startMs = performance.now();
      const orphaned = new AbortController();
      const watch = watchParent((reason) => {
        terminal.note(`stopping: ${reason}`);
        orphaned.abort();
      });
      const stop = AbortSignal.any([terminal.stop, orphaned.signal]);
      const note = (line: string): void => terminal.note(line);
      const running = await startStack(config, { note, stop }).finally(() => {
        if (stop.aborted) watch.close();
      });
      const { stack, firstOrder } = running;
      return {
        verdict: 'good',
        json: { stack, firstOrder },
        text: describeStack(stack, firstOrder, performance.now() - startMs),
        running: closeWhenStopped(running, stop, terminal),
      };
    },
  });
}

/** Stays until the stack shall stop, then stops it. */
async function closeWhenStopped(
  running: RunningStack,
  stop: AbortSignal,
  terminal: Terminal,
): Promise<void> {
  // Signals, timers and children that are not ours to count on must not let the process end.
  const stay = setInterval(() => undefined, 60_000);
  if (!stop.aborted) {
    await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
  }
  terminal.note('stopping …');
  await running.close();
  clearInterval(stay);
  terminal.note('stopped');
}
