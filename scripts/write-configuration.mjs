// Writes docs/configuration.md from the schemas that the apps parse their environment with. With
// --check it writes nothing and ends with 1 when the page is not what the schemas say.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { configSchema as api } from '../apps/api/dist/config-schema.js';
import { opsConfigSchema as ops } from '../apps/ops/dist/config.js';
import { simulatorConfigSchema as simulator } from '../apps/simulator/dist/config.js';
import { workerConfigSchema as worker } from '../apps/worker/dist/config.js';
import { describeConfig } from '../packages/service/dist/describe-config.js';

const SECTIONS = [
  ['api', 'The HTTP service.', api],
  ['worker', 'Sees orders through. All replicas are configured alike.', worker],
  [
    'simulator',
    'Stands for the payment provider and the warehouse; not for production.',
    simulator,
  ],
  ['ops', 'The operator command line. `start` hands its own environment on to the services.', ops],
];

const page = path.resolve(import.meta.dirname, '../docs/configuration.md');
const text = render();

if (process.argv.includes('--check')) {
  if (readFileSync(page, 'utf8') !== text) {
    console.error('docs/configuration.md is out of date: run `pnpm docs:configuration`.');
    process.exit(1);
  }
} else {
  writeFileSync(page, text);
}

function render() {
  return `# Configuration

Everything is an environment variable, read once at start. A value that makes no sense keeps the
process from starting, with a list of everything that is wrong. An empty value counts as none.
Secrets (marked *secret*) can be given as \`<NAME>_FILE\` instead, the path of a file with the value.

This page is generated from the schemas in \`apps/*/src\` by \`pnpm docs:configuration\`.

${SECTIONS.map(renderApp).join('\n')}`;
}

function renderApp([app, summary, schema]) {
  const rows = describeConfig(schema).map(renderVariable);
  return `## ${app}\n\n${summary}\n\n| variable | default | what it is |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function renderVariable({ name, description, required, secret, default: value }) {
  const kind = secret ? ' *secret*' : '';
  return `| \`${name}\`${kind} | ${renderDefault(required, value)} | ${escape(description)} |`;
}

function renderDefault(required, value) {
  if (required) return '**required**';
  if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0))
    return '–';
  return `\`${shorten(String(value))}\``;
}

/** A path inside the repository is shown as seen from its root. */
function shorten(value) {
  return value.replace(`${path.resolve(import.meta.dirname, '..')}/`, '');
}

function escape(description) {
  return description.replaceAll('|', '\\|').replace(/\.$/, '');
}
