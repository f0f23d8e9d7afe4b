import { randomUUID } from 'node:crypto';
import { link, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatIdentity, readIdentity } from './identity-file.ts';
import { identifySelf, isAlive } from './process-identity.ts';

export type FolderClaim =
  | {
      kind: 'claimed';
      /** The claim of an owner that died without giving it up was found. */
      wasAbandoned: boolean;
      release(): Promise<void>;
    }
  | { kind: 'taken'; pid: number };

/**
 * Claims a folder for this process, by a file `owner` in it: two starts in one folder would ruin
 * each other's data (Redis has no lock of its own). The claim of a dead process does not count.
 * Claiming twice, also within one process, gives `taken`.
 */
export async function claimFolder(folder: string): Promise<FolderClaim> {
  const file = join(folder, 'owner');
  let wasAbandoned = false;
  for (;;) {
    if (await createOwner(file)) {
      return { kind: 'claimed', wasAbandoned, release: () => rm(file, { force: true }) };
    }
    const owner = await readIdentity(file);
    if (owner !== null && isAlive(owner)) return { kind: 'taken', pid: owner.pid };
    wasAbandoned = true;
    await rm(file, { force: true });
  }
}

/** False when there is one. Linked when complete: nobody may see an owner without its content. */
async function createOwner(file: string): Promise<boolean> {
  const draft = `${file}-${randomUUID()}`;
  await writeFile(draft, formatIdentity(identifySelf()), { mode: 0o600 });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
