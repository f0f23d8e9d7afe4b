import type { LoadGenerator } from './load/load-result.ts';
import type { Scale } from './scale.ts';
import type { Stage } from './stage/start-stage.ts';

/** What every figure is measured with. */
export interface Bench {
  readonly stage: Stage;
  readonly scale: Scale;
  readonly load: LoadGenerator;
  /** One token per line, for customer-1 to customer-1000. */
  readonly tokensFile: string;
  /** 1, 2, …: orders of different runs have different keys and baskets. */
  readonly nextRun: () => number;
  readonly log: (line: string) => void;
}
