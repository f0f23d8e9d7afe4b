import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  readStackFile,
  removeStackFile,
  writeStackFile,
  type Stack,
} from '@orders/local-services/stack-file';
import { waitUntil } from '@orders/local-services/wait-until';
import { makeFolder } from './make-folder.ts';
import { startParent } from './start-parent.ts';

const stack: Stack = {
  apiUrl: 'http://127.0.0.1:3000',
  simulatorUrl: 'http://127.0.0.1:4010',
  databaseUrl: 'postgresql://postgres:x@127.0.0.1:5432/orders',
  redisUrl: 'redis://127.0.0.1:6379',
  redisCli: 'redis-cli -p 6379',
  processes: [
    { name: 'api', pid: 7, internalUrl: 'http://127.0.0.1:3001', log: '.local/logs/api.ndjson' },
    { name: 'redis', pid: 8, internalUrl: null, log: '.local/logs/redis.ndjson' },
  ],
  jwt: { secret: 'x'.repeat(32), issuer: 'local', audience: 'orders' },
  tokens: { customer: 'a.b.c', operator: 'd.e.f' },
};

test('what was written is read back, and only its owner may read it', async () => {
  const path = join(await makeFolder(), '.local', 'stack.json');
  expect(await readStackFile(path)).toBeNull();
  await writeStackFile(path, stack);
  expect(await readStackFile(path)).toEqual(stack);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(Object.keys(JSON.parse(await readFile(path, 'utf8')))).toEqual(Object.keys(stack));
});

test('a reader never sees a half-written file, and no draft is left', async () => {
  const folder = await makeFolder();
  const path = join(folder, 'stack.json');
  await writeStackFile(path, stack);
  const processes = Array.from({ length: 2000 }, () => stack.processes).flat();
  const writes = [{ ...stack, processes }, stack, { ...stack, processes }, stack];
  let isWriting = true;
  const writing = (async () => {
    for (const each of writes) await writeStackFile(path, each);
    isWriting = false;
  })();
  let reads = 0;
  while (isWriting) {
    expect([2, processes.length]).toContain((await readStackFile(path))?.processes.length);
    reads += 1;
  }
  await writing;
  expect(reads).toBeGreaterThan(0);
  expect((await readdir(folder)).toSorted()).toEqual(['stack.json', 'stack.json.owner']);
});

test('the stack of a supervisor that was killed counts as absent, and its file goes', async () => {
  const path = join(await makeFolder(), 'stack.json');
  const parent = await startParent(`stack=${path}`);
  expect((await readStackFile(path))?.apiUrl).toBe(stack.apiUrl);
  await removeStackFile(path);
  expect(await readStackFile(path), 'it is not ours to remove').not.toBeNull();
  process.kill(parent.pid, 'SIGKILL');
  const gone = { what: 'the stack to be gone', timeoutMs: 5000 };
  await waitUntil(async () => (await readStackFile(path)) === null, gone);
  await waitUntil(
    () =>
      stat(path).then(
        () => false,
        () => true,
      ),
    gone,
  );
});

test('a file of another shape is reported, not misread', async () => {
  const path = join(await makeFolder(), 'stack.json');
  await writeStackFile(path, stack);
  await writeFile(path, '{"apiUrl":"http://127.0.0.1:3000"}');
  await expect(readStackFile(path)).rejects.toThrow('written by another version');
  await removeStackFile(path);
  expect(await readStackFile(path)).toBeNull();
});
