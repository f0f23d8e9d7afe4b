import { median } from './median.ts';

export type Target =
  | { readonly kind: 'at-least'; readonly value: number }
  | { readonly kind: 'at-most'; readonly value: number };

/** `shown`: nothing was promised, or there was nothing fair to measure it with. */
export type Verdict = 'met' | 'missed' | 'shown';

/** How values are written. */
export type Unit = '×' | '/s' | 'ms' | 's' | 'µs' | 'MB' | '';

/** One line of the report. */
export interface Line {
  /** Of which part of the bench: `intake`, `burst`, … */
  readonly part: string;
  readonly figure: string;
  readonly unit: Unit;
  /** The median of the samples; NaN when there are none. */
  readonly value: number;
  /** One for each round. */
  readonly samples: readonly number[];
  readonly target: Target | null;
  readonly verdict: Verdict;
  /** What else helps to understand it. */
  readonly note: string;
}

export interface LineInput {
  readonly part: string;
  readonly figure: string;
  readonly unit: Unit;
  readonly samples: readonly number[];
  readonly target?: Target | null;
  readonly note?: string;
}

/** Judges the median of the samples. */
export function createLine({ samples, target = null, note = '', ...rest }: LineInput): Line {
  const value = median(samples);
  return { ...rest, samples, value, target, note, verdict: judge(value, target) };
}

/** A figure that is not there has missed its target. */
export function judge(value: number, target: Target | null): Verdict {
  if (target === null) return 'shown';
  const isMet = target.kind === 'at-least' ? value >= target.value : value <= target.value;
  return isMet ? 'met' : 'missed';
}

/** A part that could not be measured. */
export function createFailedLine(part: string, error: unknown): Line {
  const note = error instanceof Error ? error.message : String(error);
  return {
    part,
    figure: 'could not be measured',
    unit: '',
    value: NaN,
    samples: [],
    target: null,
    verdict: 'missed',
    note,
  };
}

export function atLeast(value: number): Target {
  return { kind: 'at-least', value };
}

export function atMost(value: number): Target {
  return { kind: 'at-most', value };
}
