import { readCpuUs } from './read-cpu.ts';

/** CPU time in microseconds by the name of who used it. */
export type Cpu = Readonly<Record<string, number>>;

/**
 * Looks now, and tells with each call what each process has used since. Several processes may bear
 * one name.
 */
export async function startCpuMeter(
  pids: readonly (readonly [name: string, pid: number])[],
): Promise<() => Promise<Cpu>> {
  const atStart = await sumByName(pids);
  return async () => {
    const now = await sumByName(pids);
    return Object.fromEntries(
      Array.from(now, ([name, us]) => [name, us - (atStart.get(name) ?? 0)]),
    );
  };
}

/** Divides by the number of orders that the time was spent on. */
export function perOrder(cpu: Cpu, orders: number): Cpu {
  return Object.fromEntries(
    Object.entries(cpu).map(([name, us]) => [name, orders === 0 ? 0 : us / orders]),
  );
}

async function sumByName(
  pids: readonly (readonly [name: string, pid: number])[],
): Promise<Map<string, number>> {
  const sums = new Map<string, number>();
  for (const [name, pid] of pids) {
    sums.set(name, (sums.get(name) ?? 0) + (await readCpuUs(pid)));
  }
  return sums;
}
