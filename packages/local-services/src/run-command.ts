import { execFile } from 'node:child_process';
import { reapOnDeath } from './reap-on-death.ts';

export type CommandOptions = {
  cwd?: string;
  /** The command's whole environment; without it, that of this process. */
  env?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
  /** Killed after this time; 60 s by default. */
  timeoutMs?: number;
};

export type CommandResult =
  | { kind: 'ended'; code: number; stdout: string; stderr: string }
  /** `code` is the system's: ENOENT when there is no such program, EACCES when it may not be run. */
  | { kind: 'not-run'; code: string }
  | { kind: 'killed'; stderr: string };

/** Runs a program to its end and tells how it ended; never throws. It does not outlive this process. */
export function runCommand(
  command: string,
  args: readonly string[],
  { timeoutMs = 60_000, ...options }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    let forget = (): void => {};
    const child = execFile(
      command,
      args,
      { ...options, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        forget();
        if (error === null) resolve({ kind: 'ended', code: 0, stdout, stderr });
        else if (typeof error.code === 'number') {
          resolve({ kind: 'ended', code: error.code, stdout, stderr });
        } else if (typeof error.code === 'string') resolve({ kind: 'not-run', code: error.code });
        else resolve({ kind: 'killed', stderr });
      },
    );
    if (child.pid !== undefined) forget = reapOnDeath(child.pid, { stage: 'service' });
  });
}

/** The last line a command wrote to stderr, or how else it failed: for one-line messages. */
export function describeFailure(result: CommandResult): string {
  switch (result.kind) {
    case 'ended':
      return lastLine(result.stderr) ?? lastLine(result.stdout) ?? `exit code ${result.code}`;
    case 'not-run':
      return result.code;
    case 'killed':
      return lastLine(result.stderr) ?? 'killed after taking too long';
  }
}

const lastLine = (text: string): string | undefined => text.trim().split('\n').at(-1) || undefined;
