import { readdir, readFile, writeFile } from 'node:fs/promises';
import { runCommand } from '@orders/local-services/run-command';

const KIB = 1024;
export const MIB = 1024 * KIB;

/** What a process holds, as Linux says. */
export interface Holding {
  readonly memoryBytes: number;
  /** The most that it held since the peak was last forgotten. */
  readonly peakBytes: number;
  readonly openFiles: number;
}

export async function measureProcess(pid: number): Promise<Holding> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) * KIB;
  const files = await readdir(`/proc/${pid}/fd`);
  return { memoryBytes: field('VmRSS'), peakBytes: field('VmHWM'), openFiles: files.length };
}

/** From now on the peak is counted anew (proc(5), clear_refs). */
export async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5');
}

/** How many files a process that is started from here may have open. */
export async function readFileLimit(): Promise<number> {
  const result = await runCommand('sh', ['-c', 'ulimit -n']);
  if (result.kind !== 'ended') throw new Error('the limit of open files cannot be read');
  const text = result.stdout.trim();
  return text === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(text);
}

export function inMib(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}
