import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { System } from '../harness/start-system.ts';

/** How much one process held at one moment. */
export interface Sample {
  readonly name: string;
  readonly pid: number;
  readonly seconds: number;
  readonly residentMb: number;
  readonly handles: number;
}

/** Looks every `intervalMs` at the memory and the open handles of every service. */
export function startSampling(
  { api, simulator, workers }: System,
  intervalMs: number,
): { stop(): Promise<Sample[]> } {
  const samples: Sample[] = [];
  const startedAt = performance.now();
  const stopping = new AbortController();
  const running = run();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      for (const { name, pid } of [api, simulator, ...workers]) {
        if (pid === null) continue;
        const sample = await takeSample(pid).catch(() => null);
        const seconds = Math.round((performance.now() - startedAt) / 1_000);
        if (sample !== null) samples.push({ name, pid, seconds, ...sample });
      }
      await wait(intervalMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  return {
    stop: async () => {
      stopping.abort();
      await running;
      return samples;
    },
  };
}

/** @throws when the process is gone */
async function takeSample(pid: number): Promise<Pick<Sample, 'residentMb' | 'handles'>> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
  const handles = (await readdir(`/proc/${pid}/fd`)).length;
  return { residentMb: Math.round(kilobytes / 1_024), handles };
}
