import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { argv, exit } from 'node:process';
import { projectFolder } from './project-folder.ts';
import { type Options, readOptions } from './read-options.ts';
import { renderPage } from './report/render-page.ts';
import { renderTable } from './report/render-table.ts';
import { runBench } from './run-bench.ts';

const options = readOptions(argv.slice(2), join(projectFolder, '.local', 'bench-report'));
switch (options.kind) {
  case 'help':
    process.stdout.write(`${options.text}\n`);
    break;
  case 'wrong':
    fail(options.text);
    exit(2);
    break;
  case 'run':
    exit(
      await run(options).catch((error: unknown) => {
        fail(error instanceof Error ? error.message : String(error));
        return 3;
      }),
    );
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  if (argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error: message })}\n`);
}

async function run(wanted: Extract<Options, { kind: 'run' }>): Promise<number> {
  const { scale, parts, json, profile } = wanted;
  const out = resolve(wanted.out);
  const report = await runBench({
    scale,
    parts,
    nodeOptions: profile === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(profile)}`],
    log: (line) => process.stderr.write(`${line}\n`),
  });
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'bench.json'), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(out, 'bench.html'), renderPage(report));
  if (json) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
  } else {
    process.stdout.write(`${renderTable(report.lines)}\n\n${join(out, 'bench.html')}\n`);
  }
  return report.verdict === 'met' ? 0 : 1;
}
