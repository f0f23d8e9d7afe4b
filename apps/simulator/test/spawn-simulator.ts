import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const firstLineSchema = z.object({ url: z.url() });

export interface SpawnedSimulator {
  readonly url: string;
  /** kill -9, and waits for the end. */
  kill(): Promise<void>;
  /** SIGTERM; returns the exit code. */
  terminate(): Promise<number | null>;
  /** Waits for its end and returns the exit code. */
  exit(): Promise<number | null>;
}

export interface SpawnOptions {
  readonly env?: Record<string, string>;
  /** The largest file it may write, in blocks of 512 bytes. */
  readonly fileBlocks?: number;
}

/**
 * The built simulator as a process of its own, on a free port; killed after the test.
 * @throws Error with what it wrote to stderr when it exits before it listens.
 */
export async function spawnSimulator(
  ledgerFile: string,
  { env = {}, fileBlocks }: SpawnOptions = {},
): Promise<SpawnedSimulator> {
  const command = `ulimit -f ${fileBlocks ?? 'unlimited'}; exec "$0" "$1"`;
  const child = spawn('sh', ['-c', command, process.execPath, MAIN], {
    env: { NODE_ENV: 'test', PORT: '0', LEDGER_FILE: ledgerFile, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const line = await Promise.race([
    once(child.stdout.setEncoding('utf8'), 'data').then(([text]) => String(text)),
    once(child, 'close').then(() => undefined),
  ]);
  if (line === undefined) throw new Error(errors);
  child.stdout.resume();
  const { url } = firstLineSchema.parse(JSON.parse(line));
  return {
    url,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async terminate() {
      child.kill('SIGTERM');
      await exited;
      return child.exitCode;
    },
    async exit() {
      await exited;
      return child.exitCode;
    },
  };
}
