import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * The secret that signs local tokens: made at the first start, kept for all later ones, so that
 * tokens outlive a restart. Readable by this user alone.
 */
export async function keepLocalSecret(file: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  const fresh = randomBytes(48).toString('base64url');
  // `wx`: of two that make it at once, one does.
  await writeFile(file, `${fresh}\n`, { flag: 'wx', mode: 0o600 }).catch(ignoreExisting);
  await chmod(file, 0o600);
  return (await readFile(file, 'utf8')).trim();
}

function ignoreExisting(error: unknown): void {
  if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return;
  throw error;
}
