import type { OpsConfig } from '../config.ts';
import type { Answer } from './answer.ts';
import type { Terminal } from './terminal.ts';

/** What every command is given beside its input. */
export interface CommandContext {
  readonly config: OpsConfig;
  readonly terminal: Terminal;
  /** Takes what the command came to; to be called once. */
  readonly finish: (answer: Answer) => void;
}
