/** How much of everything: what decides how long the bench takes, and how steady its figures are. */
export interface Scale {
  readonly name: 'full' | 'quick' | 'smoke';
  /** Contenders take turns so many times; figures are medians over the rounds. */
  readonly rounds: number;
  /** Load before the measured part, so that code is compiled and connections are open. */
  readonly warmUpSeconds: number;
  readonly intakeSeconds: number;
  readonly connections: number;
  readonly manyConnections: number;
  /** Preloaded orders that workers then complete. */
  readonly fulfilled: number;
  readonly steadySeconds: number;
  readonly steadyPerSecond: number;
  /** Completed orders in the tables of the run that is held against empty ones. */
  readonly existing: number;
  readonly backlog: number;
  readonly burst: number;
  readonly bursts: number;
}

export const SCALES: Readonly<Record<Scale['name'], Scale>> = {
  full: {
    name: 'full',
    rounds: 3,
    warmUpSeconds: 2,
    intakeSeconds: 6,
    connections: 100,
    manyConnections: 1_000,
    fulfilled: 20_000,
    steadySeconds: 20,
    steadyPerSecond: 200,
    existing: 1_000_000,
    backlog: 100_000,
    burst: 1_000,
    bursts: 5,
  },
  quick: {
    name: 'quick',
    rounds: 1,
    warmUpSeconds: 1,
    intakeSeconds: 4,
    connections: 100,
    manyConnections: 1_000,
    fulfilled: 8_000,
    steadySeconds: 8,
    steadyPerSecond: 200,
    existing: 200_000,
    backlog: 40_000,
    burst: 1_000,
    bursts: 3,
  },
  smoke: {
    name: 'smoke',
    rounds: 1,
    warmUpSeconds: 0,
    intakeSeconds: 1,
    connections: 4,
    manyConnections: 8,
    fulfilled: 40,
    steadySeconds: 1,
    steadyPerSecond: 20,
    existing: 200,
    backlog: 100,
    burst: 20,
    bursts: 1,
  },
};
