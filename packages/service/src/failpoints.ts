import { ConfigError } from './config-error.ts';
import type { FailpointName } from './failpoint-names.ts';
import { type Failpoint, parseFailpoints } from './parse-failpoints.ts';

export interface Failpoints {
  /**
   * Marks a boundary where a crash could matter. Does nothing, at no cost, unless this process was
   * told to fail here. A promise is returned only by `hang`; awaiting the result covers all actions.
   */
  hit(name: FailpointName, orderIds?: readonly string[]): void | Promise<void>;
}

export interface FailpointOptions {
  /** Failpoints are refused where real orders are. */
  readonly production: boolean;
  /** How long `block` keeps the event loop busy. Longer than a job's lock by default. */
  readonly blockMs?: number;
  /** Told before each action; must write synchronously to be of use before `kill`. */
  readonly onHit?: (hit: {
    readonly name: FailpointName;
    readonly action: Failpoint['action'];
  }) => void;
}

/** Never fails: what a process without `FAILPOINTS` shares. */
export const NO_FAILPOINTS: Failpoints = { hit: () => undefined };

/**
 * The failpoints of this process.
 *
 * @param spec the text of `FAILPOINTS`; undefined or empty gives `NO_FAILPOINTS`
 * @throws ConfigError on a name or form that is not known, or any at all in production
 */
export function createFailpoints(spec: string | undefined, options: FailpointOptions): Failpoints {
  if (spec === undefined || spec.trim() === '') return NO_FAILPOINTS;
  if (options.production) {
    throw new ConfigError([{ name: 'FAILPOINTS', problem: 'must not be set in production' }]);
  }
  let failpoints = parseFailpoints(spec);
  return {
    hit: (name, orderIds = []) => {
      const failpoint = failpoints.find((known) => known.name === name && applies(known, orderIds));
      if (failpoint === undefined) return undefined;
      if (failpoint.when.kind === 'once')
        failpoints = failpoints.filter((known) => known !== failpoint);
      options.onHit?.({ name, action: failpoint.action });
      return act(failpoint, options.blockMs ?? 15_000);
    },
  };
}

function applies({ when }: Failpoint, orderIds: readonly string[]): boolean {
  return when.kind !== 'order' || orderIds.includes(when.orderId);
}

function act({ name, action }: Failpoint, blockMs: number): void | Promise<void> {
  switch (action) {
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      return undefined;
    case 'throw':
      throw new Error(`failpoint ${name}`);
    case 'hang':
      return new Promise(() => {});
    case 'block': {
      const until = performance.now() + blockMs;
      while (performance.now() < until);
      return undefined;
    }
  }
}
