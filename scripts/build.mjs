// Builds what has changed. Says nothing on standard output, since the commands that build first
// (`ops … --json`) have something to say there; and on standard error only when it fails or takes long.
import { spawn } from 'node:child_process';

const PATIENCE_MS = 2_000;

const turbo = spawn('turbo', ['run', 'build', '--output-logs=errors-only'], {
  stdio: ['ignore', 'pipe', 'pipe'],
});
const output = [];
turbo.stdout.on('data', (chunk) => output.push(chunk));
turbo.stderr.on('data', (chunk) => output.push(chunk));

const notice = setTimeout(() => console.error('building …'), PATIENCE_MS);
turbo.on('error', (error) => {
  console.error(`turbo cannot be started (${error.message}): run this by \`pnpm build\``);
  process.exitCode = 1;
});
turbo.on('close', (code) => {
  clearTimeout(notice);
  if (code === 0) return;
  process.stderr.write(Buffer.concat(output));
  process.exitCode = 1;
});
