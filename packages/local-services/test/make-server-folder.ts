import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { makeFolder } from './make-folder.ts';

/** A folder that PostgreSQL's user may enter, as root's server has to. */
export async function makeServerFolder(): Promise<string> {
  const folder = await makeFolder(process.getuid?.() === 0 ? '/var/tmp' : tmpdir());
  await chmod(folder, 0o711);
  return folder;
}
