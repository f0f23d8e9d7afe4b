import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { type Finding, MAX_FINDINGS } from '@orders/database/invariants/violation';
import { usageError } from '../cli/command-error.ts';
import { judgeLogLine, type Secret } from './judge-log-line.ts';

const LOG_FILE = /\.(ndjson|log)$/;

/**
 * I8: reads every log below a folder, line by line, and reports each kind of wrong once per file
 * with the first line that shows it.
 */
export async function scanLogs(
  folder: string,
  secrets: readonly Secret[],
): Promise<{ findings: Finding[]; lines: number }> {
  const findings: Finding[] = [];
  let lines = 0;
  for (const file of await listLogs(folder)) {
    const seen = new Set<string>();
    const input = createReadStream(file);
    let number = 0;
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      number += 1;
      for (const detail of judgeLogLine(line, secrets)) {
        if (seen.has(detail) || findings.length >= MAX_FINDINGS) continue;
        seen.add(detail);
        findings.push({ subject: `${relative(folder, file)}:${number}`, detail });
      }
    }
    lines += number;
  }
  return { findings, lines };
}

async function listLogs(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true, recursive: true });
    return entries
      .filter((entry) => entry.isFile() && LOG_FILE.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    throw usageError(`--logs ${folder}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
