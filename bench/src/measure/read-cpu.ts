import { readdir, readFile } from 'node:fs/promises';

/** USER_HZ, which Linux fixes at 100 for what /proc shows. */
const TICK_US = 10_000;

/**
 * CPU time in microseconds that a process and all that came from it have used until now, the ended
 * and waited-for ones included: PostgreSQL's backends come and go. From /proc/PID/stat (proc(5)); 0
 * when there is no such process, or no /proc.
 */
export async function readCpuUs(pid: number): Promise<number> {
  const all = await readAllStats();
  const children = new Map<number, number[]>();
  for (const [child, { parent }] of all) {
    children.set(parent, [...(children.get(parent) ?? []), child]);
  }
  let ticks = 0;
  const waiting = [pid];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const stat = all.get(next);
    if (stat === undefined) continue;
    ticks += stat.ticks;
    waiting.push(...(children.get(next) ?? []));
  }
  return ticks * TICK_US;
}

interface Stat {
  readonly parent: number;
  /** Of its own and of its waited-for children. */
  readonly ticks: number;
}

async function readAllStats(): Promise<Map<number, Stat>> {
  const names = await readdir('/proc').catch(() => []);
  const stats = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        // It may have ended since it was listed.
        const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => null);
        return text === null ? null : ([Number(name), parseStat(text)] as const);
      }),
  );
  return new Map(stats.filter((stat) => stat !== null));
}

/** After the name, which may contain anything: state, ppid, …, utime, stime, cutime, cstime (14–17). */
export function parseStat(text: string): Stat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { parent: Number(fields[1]), ticks };
}
