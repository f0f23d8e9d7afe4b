import { createHash } from 'node:crypto';
import { access, chown, lstat, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canEnter, type ServerAccount } from './server-account.ts';

/** Where the cluster of this folder was put by an earlier start; the folder itself by default. */
export async function findPlace(folder: string): Promise<string> {
  const recorded = await readFile(join(folder, 'placed-at'), 'utf8').catch(() => '');
  return recorded.trim() || folder;
}

/**
 * Where the folder that holds the database cluster is. Usually `folder` itself. When the server's
 * account may not enter it (root's home, a fresh temporary folder), a folder below `runtimeDir`,
 * stable per path of `folder`, private to the account, and recorded in `folder/placed-at`. Without
 * that record, data found there belongs to a folder that was removed since, and is removed too:
 * deleting `folder` starts afresh wherever the data is.
 */
export async function placeCluster(
  folder: string,
  account: ServerAccount | null,
  { runtimeDir, log }: { runtimeDir: string; log: (line: string) => void },
): Promise<string> {
  if (account === null) return folder;
  const recorded = await findPlace(folder);
  if (recorded !== folder) {
    await makePrivateFolder(recorded, account);
    return recorded;
  }
  if (await canEnter(account, folder)) return folder;
  if (await exists(join(folder, 'data', 'PG_VERSION'))) {
    throw new Error(
      `${folder} holds a database that the user ${account.name} cannot reach any more: let others enter its parent folders (chmod o+x), or remove it to start afresh`,
    );
  }
  const hash = createHash('sha256')
    .update(await realpath(folder))
    .digest('hex')
    .slice(0, 16);
  const place = join(runtimeDir, `orders-postgres-${hash}`);
  if (await exists(place)) {
    log(`removing ${place}, the data of a folder that was removed`);
    await rm(place, { recursive: true, force: true });
  }
  await makePrivateFolder(place, account);
  await writeFile(join(folder, 'placed-at'), `${place}\n`);
  log(`${folder} cannot be entered by the user ${account.name}: the data is in ${place}`);
  return place;
}

/** Everybody may write to /var/tmp: what somebody else put there under our name is not used. */
async function makePrivateFolder(path: string, { uid, gid }: ServerAccount): Promise<void> {
  const isNew = await mkdir(path, { mode: 0o700 }).then(
    () => true,
    () => false,
  );
  if (isNew) await chown(path, uid, gid);
  const folder = await lstat(path);
  if (folder.isDirectory() && folder.uid === uid && (folder.mode & 0o077) === 0) return;
  throw new Error(`${path} is not a private folder of ours: remove it`);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
