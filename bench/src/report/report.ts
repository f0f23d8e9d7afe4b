import type { Line } from '../verdict/line.ts';
import type { Plot } from './plot.ts';

/** Everything that a run of the bench found; what its JSON file holds. */
export interface Report {
  readonly startedAt: string;
  readonly seconds: number;
  readonly scale: string;
  readonly rounds: number;
  /** What load came from, and what wrote the floor's rows. */
  readonly loadGenerator: string;
  readonly machine: Machine;
  readonly verdict: 'met' | 'missed';
  readonly lines: readonly Line[];
  readonly plots: readonly Plot[];
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
}
