import { readFile } from 'node:fs/promises';
import type { ProcessIdentity } from './process-identity.ts';

/** The one line by which a file names a process; read back by `readIdentity`. */
export const formatIdentity = ({ pid, startTime }: ProcessIdentity): string =>
  `${pid} ${startTime}\n`;

/** The process a file names; null when there is no such file, or it says something else. */
export async function readIdentity(file: string): Promise<ProcessIdentity | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const [, pid, startTime] = /^(\d+) (.+)$/m.exec(text) ?? [];
  return pid && startTime ? { pid: Number(pid), startTime } : null;
}
