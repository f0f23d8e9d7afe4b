import { open } from 'node:fs/promises';

/**
 * The last lines of a log file from byte `from` on, at most `maxBytes` of them, trimmed; empty when
 * there is none. For messages that say why a process died.
 */
export async function readLogTail(file: string, from = 0, maxBytes = 2000): Promise<string> {
  const handle = await open(file, 'r').catch(() => null);
  if (handle === null) return '';
  try {
    const { size } = await handle.stat();
    const start = Math.max(from, size - maxBytes, 0);
    const buffer = Buffer.alloc(Math.max(size - start, 0));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
    return buffer.toString('utf8', 0, bytesRead).trim();
  } finally {
    await handle.close();
  }
}
