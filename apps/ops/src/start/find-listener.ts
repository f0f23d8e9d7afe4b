import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The program that listens on a port. */
export interface Listener {
  readonly pid: number;
  readonly command: string;
}

const LISTENING = '0A';

/**
 * Who listens on a TCP port of this machine, by Linux's /proc (proc_pid_net(5)); null when it
 * cannot be told: another system, or another user's process.
 */
export function findListener(port: number): Listener | null {
  const inodes = new Set([
    ...listenersIn('/proc/net/tcp', port),
    ...listenersIn('/proc/net/tcp6', port),
  ]);
  if (inodes.size === 0) return null;
  for (const pid of readFolder('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const descriptor of readFolder(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(readLink(`/proc/${pid}/fd/${descriptor}`))?.[1];
      if (inode !== undefined && inodes.has(inode)) {
        return {
          pid: Number(pid),
          command: readText(`/proc/${pid}/cmdline`).split('\0').join(' ').trim(),
        };
      }
    }
  }
  return null;
}

/** Inodes of the sockets that listen on the port: `sl local_address rem_address st … inode`. */
function listenersIn(table: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return readText(table)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${hex}`) === true && fields[3] === LISTENING)
    .flatMap((fields) => fields[9] ?? []);
}

function readFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
