import { join } from 'node:path';
import { describeFailure, runCommand } from '@orders/local-services/run-command';
import { projectFolder } from '../project-folder.ts';
import type { WrkProgram } from './find-wrk.ts';
import type { Load, LoadGenerator, LoadResult, Workload } from './load-result.ts';

/** Load by wrk: a few microseconds of CPU per request, so what is measured is the service. */
export function createWrk({ path, libraryPath }: WrkProgram): LoadGenerator {
  return {
    name: 'wrk',
    run: async (load) => {
      const result = await runCommand(path, wrkArguments(load), {
        cwd: '/',
        env: libraryPath === null ? {} : { LD_LIBRARY_PATH: libraryPath },
        timeoutMs: (load.seconds + 30) * 1_000,
      });
      if (result.kind !== 'ended' || result.code !== 0) {
        throw new Error(`wrk failed: ${describeFailure(result)}`);
      }
      return parseWrk(result.stdout);
    },
  };
}

function wrkArguments({ workload, port, connections, seconds }: Load): string[] {
  return [
    // One thread: a second one would only take turns with the service on small machines.
    '--threads=1',
    `--connections=${connections}`,
    `--duration=${seconds}s`,
    '--timeout=10s',
    ...scriptArguments(workload, `http://127.0.0.1:${port}`),
  ];
}

function scriptArguments(workload: Workload, url: string): string[] {
  const lua = join(projectFolder, 'bench', 'lua');
  switch (workload.kind) {
    case 'place': {
      const { customerFrom, tokensFile, run } = workload;
      return [
        '-s',
        join(lua, 'place-orders.lua'),
        url,
        '--',
        customerFrom,
        tokensFile,
        String(run),
      ];
    }
    case 'read':
      return ['-s', join(lua, 'read-orders.lua'), url, '--', workload.ordersFile];
  }
}

/** Reads the line that the scripts write at the end. */
export function parseWrk(output: string): LoadResult {
  const json = /^RESULT (\{.*\})$/m.exec(output)?.[1];
  if (json === undefined) throw new Error(`wrk ended without a result: ${output.slice(-300)}`);
  const read = readNumbers(JSON.parse(json));
  const failed = ['refused', 'connect', 'read', 'write', 'timeout'].reduce(
    (sum, name) => sum + read(name),
    0,
  );
  return {
    seconds: read('durationUs') / 1e6,
    // wrk counts a refused request among the requests, broken ones it does not.
    answered: read('requests') - read('refused'),
    failed,
    p50Ms: read('p50Us') / 1e3,
    p99Ms: read('p99Us') / 1e3,
  };
}

function readNumbers(value: unknown): (name: string) => number {
  if (typeof value !== 'object' || value === null) throw new Error('wrk: the result is no object');
  const entries = new Map<string, unknown>(Object.entries(value));
  return (name) => Number(entries.get(name));
}
