import { createTerminal, type Terminal } from '../../src/cli/terminal.ts';

/** A terminal whose output is kept. */
export function createFakeTerminal(
  stop = new AbortController().signal,
): Terminal & { stdout(): string; stderr(): string } {
  let stdout = '';
  let stderr = '';
  const terminal = createTerminal(
    { write: (text) => (stdout += text) },
    { write: (text) => (stderr += text) },
    stop,
  );
  return { ...terminal, stdout: () => stdout, stderr: () => stderr };
}
