import { hostname } from 'node:os';
import { type DestinationStream, type LogFn, type Logger, pino, stdTimeFunctions } from 'pino';
import { describeError, shorten } from './describe-error.ts';
import { scrubText } from './scrub-text.ts';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export interface LoggerOptions {
  /** The service, as it stands in every line. */
  readonly name: string;
  readonly level: (typeof LOG_LEVELS)[number];
  readonly version?: string;
  /** Where the lines go; standard output without it. */
  readonly destination?: DestinationStream;
}

/**
 * A logger that writes one JSON object per line (NDJSON) with an ISO time and the level's name.
 *
 * No secret leaves it: every finished line is searched for members that are named like one and for
 * what looks like one, since error messages of drivers quote connection strings. (The `redact` of
 * the library costs seven times a line as soon as it looks at more than the top level.)
 * Errors under `err` or `error` are kept to a bounded length.
 */
export function createLogger({ name, level, version, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: {
      name,
      ...(version === undefined ? {} : { version }),
      pid: process.pid,
      hostname: hostname(),
    },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError, error: describeError },
    hooks: { streamWrite: scrubText, logMethod: logBounded },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** Without a message of its own a line would get the error's, at any length. */
function logBounded(this: Logger, [first, message, ...rest]: Parameters<LogFn>, log: LogFn): void {
  if (typeof first === 'string') log.call(this, shorten(first), message, ...rest);
  else if (first instanceof Error)
    log.call(this, { err: first }, message ?? shorten(first.message));
  else log.call(this, first, message ?? messageOf(first), ...rest);
}

function messageOf(fields: unknown): string | undefined {
  const err =
    typeof fields === 'object' && fields !== null && 'err' in fields ? fields.err : undefined;
  return err instanceof Error ? shorten(err.message) : undefined;
}
