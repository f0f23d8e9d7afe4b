import { PROBLEMS, type ProblemSlug } from '@orders/domain/problems';

/** One place of a request that does not fit; `pointer` is an RFC 6901 JSON Pointer. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
  readonly code: string;
}

export interface ProblemExtras {
  /** What is wrong this time; the explanation of the slug without it. Never a driver's message. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  /** Extension members (RFC 9457, 3.2), such as `existingOrderId`. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal that the client is told as problem details. Thrown by hooks, handlers and validators. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly slug: ProblemSlug;
  readonly extras: ProblemExtras;
  /** Read by Fastify. */
  readonly statusCode: number;

  constructor(slug: ProblemSlug, extras: ProblemExtras = {}) {
    super(extras.detail ?? PROBLEMS[slug].title);
    this.slug = slug;
    this.extras = extras;
    this.statusCode = PROBLEMS[slug].status;
  }
}
