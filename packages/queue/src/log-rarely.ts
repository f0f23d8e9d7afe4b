import type { Logger } from 'pino';

const INTERVAL_MS = 30_000;
const MAX_KINDS = 100;

/**
 * Reports errors that come in swarms: each kind at once, then at most every 30 seconds with the
 * number of those that were left out. Ids and numbers do not make a kind.
 */
export function createRareLog(
  logger: Logger,
): (error: Error, fields: object, message: string) => void {
  const kinds = new Map<string, { since: number; leftOut: number }>();
  return (error, fields, message) => {
    const kind = `${message} ${error.message.replace(/[0-9a-f-]{8,}|\d+/gi, '#').slice(0, 200)}`;
    const known = kinds.get(kind);
    const now = Date.now();
    if (known !== undefined && now - known.since < INTERVAL_MS) {
      known.leftOut += 1;
      return;
    }
    if (kinds.size >= MAX_KINDS) kinds.clear();
    kinds.set(kind, { since: now, leftOut: 0 });
    logger.warn(
      { ...fields, err: error, ...(known === undefined ? {} : { alsoBefore: known.leftOut }) },
      message,
    );
  };
}
