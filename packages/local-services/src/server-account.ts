import { readFile, stat } from 'node:fs/promises';
import { runCommand } from './run-command.ts';

/** The system user under which PostgreSQL runs when we are root, which it refuses to be. */
export type ServerAccount = { name: string; uid: number; gid: number };

/**
 * Null unless this process is root. The owner of the cluster in `data` if there is one; else the user
 * `postgres` where the system has it, else `nobody`, which every system has: nothing is added to the
 * machine's users.
 */
export async function findServerAccount(data: string): Promise<ServerAccount | null> {
  if (process.getuid?.() !== 0) return null;
  const owner = await stat(data).catch(() => null);
  if (owner !== null && owner.uid > 0) {
    return { name: `with id ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  }
  const account = pickAccount(await readFile('/etc/passwd', 'utf8'));
  if (account !== null) return account;
  throw new Error(
    'PostgreSQL refuses to run as root, and there is neither a user postgres nor a user nobody: set DATABASE_URL',
  );
}

/** Reads `name:password:uid:gid:…` lines (passwd(5)). */
export function pickAccount(passwd: string): ServerAccount | null {
  const accounts = passwd.split('\n').map((line) => {
    const [name = '', , uid, gid] = line.split(':');
    return { name, uid: Number(uid), gid: Number(gid) };
  });
  for (const wanted of ['postgres', 'nobody']) {
    const found = accounts.find(({ name, uid }) => name === wanted && uid > 0);
    if (found !== undefined) return found;
  }
  return null;
}

/** Whether this account may enter the folder; asked of the system, which knows every kind of right. */
export async function canEnter({ uid, gid }: ServerAccount, folder: string): Promise<boolean> {
  const result = await runCommand('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], {
    uid,
    gid,
    cwd: '/',
    env: {},
  });
  return result.kind === 'ended' && result.code === 0;
}
