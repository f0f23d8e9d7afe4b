/** What a command came to: the same facts for programs and for people. */
export interface Answer {
  /** `bad`: a verdict or a violation, exit 1. */
  readonly verdict: 'good' | 'bad';
  /** Printed as one object with `--json`. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Printed without it, newline at the end not included; nothing when empty. */
  readonly text: string;
  /** A command that stays: the process ends when this resolves. */
  readonly running?: Promise<void>;
}

/** Exit codes of every command. */
export const EXIT = { good: 0, bad: 1, usage: 2, unreachable: 3 } as const;
