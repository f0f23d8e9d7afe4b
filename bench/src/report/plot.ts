import type { Line } from '../verdict/line.ts';

/** What the page draws. Values are in `unit`. */
export type Plot =
  | {
      readonly kind: 'bars';
      readonly title: string;
      readonly unit: string;
      readonly bars: readonly Bar[];
    }
  | {
      readonly kind: 'curves';
      readonly title: string;
      readonly unit: string;
      readonly curves: readonly Curve[];
    };

/** One bar, of one part or of several one behind the other. */
export interface Bar {
  readonly label: string;
  readonly parts: readonly { readonly name: string; readonly value: number }[];
}

export interface Curve {
  readonly name: string;
  readonly points: readonly { readonly atMs: number; readonly value: number }[];
}

/** What a part of the bench found. */
export interface Findings {
  readonly lines: readonly Line[];
  readonly plots: readonly Plot[];
}
