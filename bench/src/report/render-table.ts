import type { Line, Target, Unit } from '../verdict/line.ts';

const MARKS = { met: 'met', missed: 'MISSED', shown: '' } as const;

/** The lines as a table for a terminal: figure, value, target, verdict, note. */
export function renderTable(lines: readonly Line[]): string {
  const rows = [
    ['figure', 'value', 'target', 'verdict', ''],
    ...lines.map((line) => [
      `${line.part}: ${line.figure}`,
      formatValue(line.value, line.unit),
      formatTarget(line.target, line.unit),
      MARKS[line.verdict],
      line.note,
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const isNumber = (column: number): boolean => column === 1 || column === 2;
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return isNumber(column) ? cell.padStart(width) : cell.padEnd(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `6.21 ×`, `12,345 /s`, `3.4 ms`. */
export function formatValue(value: number, unit: Unit): string {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return '∞';
  const digits = unit === '×' ? 2 : value < 10 && unit !== '' ? 1 : 0;
  const number = value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return unit === '' ? number : `${number} ${unit}`;
}

/** `≥ 6 ×`, `≤ 60 ms`; empty when nothing was promised. */
export function formatTarget(target: Target | null, unit: Unit): string {
  if (target === null) return '';
  const sign = target.kind === 'at-least' ? '≥' : '≤';
  const number = target.value.toLocaleString('en-US');
  return `${sign} ${number}${unit === '' ? '' : ` ${unit}`}`;
}
