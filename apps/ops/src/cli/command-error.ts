import { EXIT } from './answer.ts';

/** A command cannot be carried out. The message is one clear line: what is wrong and what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** What was asked for makes no sense: exit 2. */
export function usageError(message: string): CommandError {
  return new CommandError(EXIT.usage, message);
}

/** It makes sense, and the answer is no: exit 1. */
export function refusal(message: string): CommandError {
  return new CommandError(EXIT.bad, message);
}

/** A service that is needed does not answer: exit 3. */
export function unreachable(message: string, cause?: unknown): CommandError {
  return new CommandError(EXIT.unreachable, message, { cause });
}
