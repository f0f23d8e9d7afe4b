import type { Terminal } from '../cli/terminal.ts';
import { formatCount, formatPercent, formatRate } from './report/format-values.ts';

export interface Progress {
  /** Reports how far it is; cheap enough to be called for each order. */
  report(done: number): void;
  /** Says the last figures and stops drawing. */
  end(): void;
}

/** A person's line is redrawn so often; anybody else gets a line now and then. */
const REDRAW_MS = 100;
const LINE_MS = 2_000;
const BAR_WIDTH = 28;

/** Shows how far something is: one line that moves on a terminal, a line every 2 s elsewhere. */
export function createProgress(terminal: Terminal, label: string, total: number): Progress {
  const startMs = performance.now();
  let done = 0;
  let shown = -1;
  const describe = (): string => describeProgress(label, done, total, performance.now() - startMs);
  const show = (): void => {
    if (done === shown) return;
    shown = done;
    if (terminal.interactive) terminal.redraw(describe());
    else terminal.note(describe());
  };
  const timer = setInterval(show, terminal.interactive ? REDRAW_MS : LINE_MS);
  return {
    report(now) {
      done = now;
    },
    end() {
      clearInterval(timer);
      terminal.note(describe());
    },
  };
}

/** `placing    [########----]  512 of 1,000  51.2 %  1,234/s` */
export function describeProgress(
  label: string,
  done: number,
  total: number,
  elapsedMs: number,
): string {
  const full = total === 0 ? BAR_WIDTH : Math.floor((BAR_WIDTH * done) / total);
  const bar = '#'.repeat(full) + '-'.repeat(BAR_WIDTH - full);
  const rate = formatRate((done * 1000) / Math.max(elapsedMs, 1));
  return `${label.padEnd(10)} [${bar}]  ${formatCount(done)} of ${formatCount(total)}  ${formatPercent(done, total)}  ${rate}`;
}
