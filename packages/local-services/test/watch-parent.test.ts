import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ProcessFacts } from '@orders/local-services/process-identity';
import { waitUntil } from '@orders/local-services/wait-until';
import { readLaunchChain } from '@orders/local-services/watch-parent';
import { makeFolder } from './make-folder.ts';
import { fixture, startScript } from './start-parent.ts';

test('a process learns that its parent was killed', async () => {
  const file = join(await makeFolder(), 'reason');
  const script = `"${process.execPath}" "${fixture('watcher.mjs')}" "${file}"; exit`;
  const { child } = await startScript('/bin/sh', ['-c', script]);
  process.kill(child.pid ?? 0, 'SIGKILL');
  const reason = await waitUntil(() => readFile(file, 'utf8'), {
    what: 'the reason',
    timeoutMs: 5000,
  });
  expect(reason).toBe(`the parent process ${child.pid} is gone`);
});

/** Each row started the next. */
function readFrom(...rows: string[][]): (pid: number) => ProcessFacts | null {
  return (pid) => {
    const args = rows[pid - 100];
    return args === undefined ? null : { pid, parentPid: pid - 1, startTime: 'x', args };
  };
}

const chainOf = (...rows: string[][]): number[] =>
  readLaunchChain(99 + rows.length, readFrom(...rows)).map(({ pid }) => pid);

test('every link up to the outermost package runner counts as the parent', () => {
  const npx = ['npm exec pnpm@12.21.0 start'];
  const shell = ['sh', '-c', "'pnpm' start"];
  expect(chainOf(['bash'], npx, shell, ['pnpm', 'start'], ['sh', '-c', 'node main.js'])).toEqual([
    104, 103, 102, 101,
  ]);
  const script = ['node', '/usr/lib/node_modules/npm/bin/npx-cli.js', 'pnpm', 'start'];
  expect(chainOf(['-zsh'], script, ['pnpm', 'start'])).toEqual([102, 101]);
});

test('without a package runner only the direct parent counts', () => {
  expect(chainOf(['bash', 'npm-test.sh'], ['node', 'supervisor.js'])).toEqual([101]);
});

test('an orphan has no parent to lose', () => {
  expect(readLaunchChain(1)).toEqual([]);
  expect(readLaunchChain(0)).toEqual([]);
});
