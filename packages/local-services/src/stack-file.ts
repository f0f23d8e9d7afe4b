import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { formatIdentity, readIdentity } from './identity-file.ts';
import { identifySelf, isAlive } from './process-identity.ts';
import { removeOnDeath } from './reap-on-death.ts';

export const stackSchema = z.strictObject({
  apiUrl: z.string(),
  simulatorUrl: z.string(),
  databaseUrl: z.string(),
  redisUrl: z.string(),
  /** A command line for redis-cli that works as pasted. */
  redisCli: z.string(),
  processes: z.array(
    z.strictObject({
      name: z.string(),
      pid: z.int().positive(),
      /** Of its internal listener; null for those without one. */
      internalUrl: z.string().nullable(),
      /** The path of its log file. */
      log: z.string(),
    }),
  ),
  jwt: z.strictObject({ secret: z.string(), issuer: z.string(), audience: z.string() }),
  tokens: z.strictObject({ customer: z.string(), operator: z.string() }),
});

/** What runs locally, and how to reach it. */
export type Stack = z.infer<typeof stackSchema>;

/** The supervisor is named in a file of its own: the stack file has a fixed shape. */
const ownerOf = (path: string): string => `${path}.owner`;

/**
 * Says that this process supervises this stack. Readers see the old file or the new one, complete;
 * only this user can read it, for it holds secrets. Written again whenever a pid changes. It is also
 * removed when this process dies without removing it.
 */
export async function writeStackFile(path: string, stack: Stack): Promise<void> {
  const text = `${JSON.stringify(stackSchema.parse(stack), null, 2)}\n`;
  await mkdir(dirname(path), { recursive: true });
  removeOnDeath(path, 'first');
  removeOnDeath(ownerOf(path), 'first');
  // First the owner: a stack without one counts as gone.
  await replaceFile(ownerOf(path), formatIdentity(identifySelf()));
  await replaceFile(path, text);
}

/**
 * The stack that runs, or null when there is none: no file, or its supervisor is gone. Throws when
 * the file has another shape: it was written by another version.
 */
export async function readStackFile(path: string): Promise<Stack | null> {
  const owner = await readIdentity(ownerOf(path));
  if (owner === null || !isAlive(owner)) return null;
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  const stack = stackSchema.safeParse(JSON.parse(text));
  if (stack.success) return stack.data;
  throw new Error(`${path} was written by another version: stop and start again`);
}

/** Removes the file, unless it belongs to another supervisor that runs. */
export async function removeStackFile(path: string): Promise<void> {
  const owner = await readIdentity(ownerOf(path));
  if (owner !== null && owner.pid !== process.pid && isAlive(owner)) return;
  await rm(path, { force: true });
  await rm(ownerOf(path), { force: true });
}

async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}-${randomUUID()}`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, path);
}
