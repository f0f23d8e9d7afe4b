import { readdirSync } from 'node:fs';
import { readProcess } from '@orders/local-services/process-identity';

/** The pids of the living processes that this one started. */
export function listChildren(parentPid: number | undefined): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && readProcess(pid)?.parentPid === parentPid);
}
