import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The path of a script in `fixtures`. */
export const fixture = (name: string): string =>
  fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

/** Spawns a script in a process group of its own, and waits for the first line it prints. */
export async function startScript(
  command: string,
  args: readonly string[],
): Promise<{ child: ChildProcess; line: string }> {
  const child = spawn(command, args, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) return { child, line };
  throw new Error(`${command} ${args.join(' ')} printed nothing`);
}

/** A supervisor that started these things; see fixtures/parent.mjs. */
export async function startParent(
  ...things: string[]
): Promise<{ pid: number; pids: Record<string, number> }> {
  const { child, line } = await startScript(process.execPath, [fixture('parent.mjs'), ...things]);
  return { pid: child.pid ?? 0, pids: JSON.parse(line) };
}
