import type { Link } from '../harness/start-system.ts';

/** What is struck; of two faults that overlap each has another target. */
export type Target =
  | 'api'
  | 'worker-1'
  | 'worker-2'
  | 'simulator'
  | 'redis'
  | 'postgres'
  | 'provider'
  | Link;

/** One thing that goes wrong, from `atMs` of the run for `forMs`. */
export type Fault = {
  readonly atMs: number;
  readonly forMs: number;
  readonly target: Target;
} & FaultKind;

export type FaultKind =
  /** SIGKILL; started again after a second. */
  | { readonly kind: 'kill' }
  /** SIGSTOP, SIGCONT. */
  | { readonly kind: 'freeze' }
  /** SIGTERM, then started again. */
  | { readonly kind: 'restart' }
  /** Started again with this in `FAILPOINTS`. */
  | { readonly kind: 'failpoint'; readonly spec: string }
  /** Redis loses everything. */
  | { readonly kind: 'flush' }
  | { readonly kind: 'out-of-memory' }
  /** PostgreSQL ends every connection of the services. */
  | { readonly kind: 'terminate' }
  /** A transaction locks all orders. */
  | { readonly kind: 'lock' }
  | { readonly kind: 'weather'; readonly faults: string }
  | { readonly kind: 'outage'; readonly outage: '503' | 'hang' | 'drop' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  | { readonly kind: 'blackhole' }
  | { readonly kind: 'down' }
  | { readonly kind: 'reset' }
  /** The connection is cut at its next statement that writes orders. */
  | { readonly kind: 'cut-commit'; readonly deliver: boolean };

/** One line for people. */
export function describeFault(fault: Fault): string {
  const { atMs, forMs, target, kind, ...rest } = fault;
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
  const details = Object.values(rest).map(String).join(' ');
  return `${seconds(atMs).padStart(8)}  ${target}: ${kind} ${details} for ${seconds(forMs)}`.replace(
    /\s+for/,
    ' for',
  );
}
