import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An empty folder (0700, as mkdtemp makes them) that is removed with the test. */
export async function makeFolder(parent = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(parent, 'local-services-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
