import { expect, test } from 'vitest';
import { renderPage } from '../src/report/render-page.ts';
import { formatTarget, formatValue, renderTable } from '../src/report/render-table.ts';
import type { Report } from '../src/report/report.ts';
import { atLeast, createLine } from '../src/verdict/line.ts';

const line = createLine({
  part: 'intake',
  figure: 'accepted <fast>',
  unit: '×',
  samples: [6.2, 5.1],
  target: atLeast(6),
  note: 'against "them"',
});

test('values are written with their unit and as many digits as mean something', () => {
  expect(formatValue(6.208, '×')).toBe('6.21 ×');
  expect(formatValue(12_345.6, '/s')).toBe('12,346 /s');
  expect(formatValue(3.44, 'ms')).toBe('3.4 ms');
  expect(formatValue(0, '')).toBe('0');
  expect(formatValue(NaN, 'ms')).toBe('–');
  expect(formatTarget(atLeast(6), '×')).toBe('≥ 6 ×');
  expect(formatTarget(null, '×')).toBe('');
});

test('the table tells figure, value, target and verdict of each line', () => {
  expect(renderTable([line]).split('\n')[1]).toBe(
    'intake: accepted <fast>  5.65 ×   ≥ 6 ×  MISSED   against "them"',
  );
});

test('the page is complete in itself and escapes what it shows', () => {
  const report: Report = {
    startedAt: '2026-01-01T00:00:00.000Z',
    seconds: 1,
    scale: 'smoke',
    rounds: 1,
    loadGenerator: 'wrk',
    machine: { cpu: 'any', cores: 2, memoryGb: 4, node: '20.19.0' },
    verdict: 'missed',
    lines: [line],
    plots: [
      {
        kind: 'bars',
        title: 'Rates',
        unit: '/s',
        bars: [
          {
            label: 'one',
            parts: [
              { name: 'a', value: 1 },
              { name: 'b', value: NaN },
            ],
          },
        ],
      },
      {
        kind: 'curves',
        title: 'Memory',
        unit: 'MB',
        curves: [
          {
            name: 'RSS',
            points: [
              { atMs: 0, value: 1 },
              { atMs: 10, value: 2 },
            ],
          },
        ],
      },
    ],
  };
  const page = renderPage(report);
  expect(page).toContain('accepted &lt;fast&gt;');
  expect(page).toContain('1 missed');
  expect(page).not.toContain('NaN');
  expect(page).not.toMatch(/<script|https?:|src=/);
});
