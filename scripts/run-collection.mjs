// Walks through bruno/ against the local stack that runs, with its address and tokens. What is given by
// `--env-var NAME=VALUE` counts more than those, so that it walks against any other api as well.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readStackFile } from '@orders/local-services/stack-file';
import { readConfig, readEnvironment } from '../apps/ops/dist/config.js';
import { stackFileOf } from '../apps/ops/dist/target.js';

const project = path.resolve(import.meta.dirname, '..');
const given = process.argv.slice(2);
const stack = await readStackFile(stackFileOf(readConfig(readEnvironment())));
const variables = stack === null ? [] : describeStack(stack);

if (stack === null && !given.includes('--env-var')) {
  console.error(
    'no running stack: start one with `npx -y pnpm@12.21.0 start`, or give ' +
      '--env-var baseUrl=URL --env-var customerToken=TOKEN --env-var operatorToken=TOKEN',
  );
  process.exitCode = 3;
} else {
  // Of a variable that is named twice the last value counts.
  const bru = fileURLToPath(import.meta.resolve('@usebruno/cli/bin/bru.js'));
  const run = spawn(process.execPath, [bru, 'run', '--env', 'local', ...variables, ...given], {
    cwd: path.join(project, 'bruno'),
    stdio: 'inherit',
  });
  run.on('close', (code) => (process.exitCode = code ?? 1));
}

function describeStack({ apiUrl, tokens }) {
  const values = {
    baseUrl: apiUrl,
    customerToken: tokens.customer,
    operatorToken: tokens.operator,
  };
  return Object.entries(values).flatMap(([name, value]) => ['--env-var', `${name}=${value}`]);
}
