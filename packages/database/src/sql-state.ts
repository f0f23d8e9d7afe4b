/**
 * What went wrong in PostgreSQL, as five characters (PostgreSQL documentation, appendix A), or
 * null when the error is not PostgreSQL's. Prisma reports raw statements as P2010 and keeps the
 * code in the cause of its driver adapter.
 */
export function sqlState(error: unknown): string | null {
  const direct = field(field(error, 'cause'), 'originalCode');
  const nested = field(
    field(field(field(error, 'meta'), 'driverAdapterError'), 'cause'),
    'originalCode',
  );
  const code = nested ?? direct;
  return typeof code === 'string' ? code : null;
}

/** Classes 21, 22, 23: the data of one element is at fault, so a batch is worth splitting. */
export function isDataError(error: unknown): boolean {
  const state = sqlState(error);
  return state !== null && ['21', '22', '23'].includes(state.slice(0, 2));
}

/** Deadlock or serialization failure: the transaction did nothing and may be run again. */
export function isContention(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40P01' || state === '40001' || field(error, 'code') === 'P2034';
}

/**
 * PostgreSQL cannot be reached or cannot serve now: connection lost (class 08), no resources (53),
 * operator intervention and time-outs (57, 55P03, 25P03), or no free connection in time.
 */
export function isUnavailable(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== null) {
    return ['08', '53', '57'].includes(state.slice(0, 2)) || ['55P03', '25P03'].includes(state);
  }
  return isConnectionTrouble(error);
}

/** The connection broke: whatever was last sent on it may or may not have been done. */
export function isReplyLost(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== null) return state.startsWith('08') || state.startsWith('57P');
  return isConnectionTrouble(error);
}

const CONNECTION_KINDS = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
  'TlsConnectionError',
]);
const CONNECTION_CODES = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028']);
const CONNECTION_MESSAGES =
  /timeout exceeded when trying to connect|connection terminated|query read timeout|not queryable|connection error|pool after calling end|ECONNREFUSED|ECONNRESET|EPIPE|server closed the connection/i;

function isConnectionTrouble(error: unknown): boolean {
  const code = field(error, 'code');
  if (typeof code === 'string' && CONNECTION_CODES.has(code)) return true;
  const cause = field(field(field(error, 'meta'), 'driverAdapterError'), 'cause');
  for (const kind of [field(cause, 'kind'), field(field(error, 'cause'), 'kind')]) {
    if (typeof kind === 'string' && CONNECTION_KINDS.has(kind)) return true;
  }
  return error instanceof Error && CONNECTION_MESSAGES.test(error.message);
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
