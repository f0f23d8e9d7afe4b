import { readFile } from 'node:fs/promises';

export interface Memory {
  /** Resident now, in MB of 1,000,000 bytes. */
  readonly nowMb: number;
  /** The most that was resident at once since the process began. */
  readonly peakMb: number;
}

/** VmRSS and VmHWM from /proc/PID/status (proc(5)); zeros when there is no such process, or no /proc. */
export async function readMemory(pid: number): Promise<Memory> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return parseMemory(text);
}

export function parseMemory(status: string): Memory {
  const read = (name: string): number => {
    const kb = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    return (Number(kb ?? 0) * 1_024) / 1e6;
  };
  return { nowMb: read('VmRSS'), peakMb: read('VmHWM') };
}
