import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';

function start(
  close: string,
  delayMs = 5_000,
  then = '',
): { child: ChildProcess; output: () => string; ended: Promise<unknown[]> } {
  const program = `
    import { createLogger } from '@orders/service/logger';
    import { installGracefulShutdown } from '@orders/service/graceful-shutdown';
    const logger = createLogger({ name: 'test', level: 'info' });
    const shutdown = installGracefulShutdown({ logger, delayMs: ${delayMs}, close: ${close} });
    setInterval(() => {}, 1000);
    logger.info('up');
    ${then}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: import.meta.dirname,
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  return { child, output: () => output, ended: once(child, 'close') };
}

async function signalWhenUp(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.stdout !== null) await once(child.stdout, 'data');
  child.kill(signal);
}

test('SIGTERM closes and exits with 0', async () => {
  const { child, output, ended } = start(
    'async ({ signal }) => { logger.info("closing by " + signal); }',
  );
  await signalWhenUp(child, 'SIGTERM');
  expect((await ended)[0]).toBe(0);
  expect(output()).toContain('closing by SIGTERM');
});

test('a close that hangs is cut off after the delay with 1', async () => {
  const { child, output, ended } = start('() => new Promise(() => {})', 100);
  await signalWhenUp(child, 'SIGINT');
  expect((await ended)[0]).toBe(1);
  expect(output()).toContain('took too long');
});

test('an error that nothing handled is logged, closes and exits with 1', async () => {
  const { output, ended } = start(
    'async () => {}',
    5_000,
    'void Promise.reject(new Error("lost"));',
  );
  expect((await ended)[0]).toBe(1);
  expect(output()).toMatch(/"level":"fatal".*lost/);
});

test('trigger shuts down with 0', async () => {
  const { ended } = start('async () => {}', 5_000, 'shutdown.trigger();');
  expect((await ended)[0]).toBe(0);
});
