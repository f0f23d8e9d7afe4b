export interface ConfigProblem {
  /** The variable, as the operator sets it. */
  readonly name: string;
  readonly problem: string;
}

/**
 * Start-up cannot go on with what it was given. The message lists everything that is wrong, one
 * line per variable, and never shows a value, since any of them may be a secret.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(
      [
        'The configuration is wrong:',
        ...problems.map(({ name, problem }) => `  ${name}: ${problem}`),
      ].join('\n'),
    );
    this.problems = problems;
  }
}
