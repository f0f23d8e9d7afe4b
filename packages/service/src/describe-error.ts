const MAX_MESSAGE = 1_000;
const MAX_STACK = 4_000;
const MAX_CAUSES = 4;

export interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: ErrorDescription;
}

/**
 * What a log keeps of anything that was thrown, of bounded length: a driver may put a whole
 * statement, or a partner a whole page, into a message. Other own properties of errors are left
 * out, since they carry queries, parameters and sockets.
 */
export function describeError(thrown: unknown): ErrorDescription {
  return describe(thrown, MAX_CAUSES);
}

function describe(thrown: unknown, causesLeft: number): ErrorDescription {
  if (!(thrown instanceof Error)) {
    return {
      type: thrown === null ? 'null' : typeof thrown,
      message: shorten(textOf(thrown)),
    };
  }
  const cause: unknown = thrown instanceof AggregateError ? thrown.errors[0] : thrown.cause;
  return {
    type: thrown.name,
    message: shorten(thrown.message),
    ...('code' in thrown && (typeof thrown.code === 'string' || typeof thrown.code === 'number')
      ? { code: thrown.code }
      : {}),
    ...(thrown.stack === undefined ? {} : { stack: shorten(thrown.stack, MAX_STACK) }),
    ...(cause === undefined || causesLeft === 0 ? {} : { cause: describe(cause, causesLeft - 1) }),
  };
}

function textOf(thrown: unknown): string {
  try {
    return typeof thrown === 'string' ? thrown : (JSON.stringify(thrown) ?? typeof thrown);
  } catch {
    return 'an object that cannot be shown';
  }
}

/** Cuts text for a log and says how long it was. */
export function shorten(text: string, max = MAX_MESSAGE): string {
  return text.length <= max ? text : `${text.slice(0, max)}… (${text.length} characters)`;
}
