import { expect, test } from 'vitest';
import { contenders } from '../src/contenders/all-contenders.ts';
import { renderPage } from '../src/report/render-page.ts';
import { PARTS, runBench } from '../src/run-bench.ts';
import { SCALES } from '../src/scale.ts';
import { judge } from '../src/verdict/line.ts';

test('every contender does the work and the verdict adds up', { timeout: 240_000 }, async () => {
  const logged: string[] = [];
  const parts = [
    'intake',
    'fulfilment',
    'latency',
    'burst',
    'read',
    'hot-sku',
    'backlog',
    'full-tables',
  ] as const;
  expect(parts).toEqual(Object.keys(PARTS));

  const report = await runBench({ scale: SCALES.smoke, parts, log: (line) => logged.push(line) });

  const failed = report.lines.filter(({ figure }) => figure === 'could not be measured');
  expect(failed, logged.join('\n')).toEqual([]);
  for (const { title } of contenders) {
    expect(logged.some((line) => line.startsWith(`intake, ${title},`))).toBe(true);
    expect(logged.some((line) => line.startsWith(`fulfilment, ${title},`))).toBe(true);
  }
  for (const line of report.lines) {
    expect(line.samples.length, line.figure).toBeGreaterThan(0);
    expect(line.value, line.figure).not.toBeNaN();
    // Without wrk the two lines that it alone could judge have no target.
    expect(line.verdict, line.figure).toBe(judge(line.value, line.target));
  }
  const missed = report.lines.some(({ verdict }) => verdict === 'missed');
  expect(report.verdict).toBe(missed ? 'missed' : 'met');
  expect(report.lines.find(({ figure }) => figure.includes('not answered with 201'))?.value).toBe(
    0,
  );
  expect(renderPage(report)).toContain('</html>');
});
