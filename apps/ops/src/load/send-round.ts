import autocannon from 'autocannon';
import { z } from 'zod';
import type { Placement } from './placement.ts';

export interface RoundOptions {
  readonly apiUrl: string;
  readonly connections: number;
  /** Orders per second in all; null: as fast as the connections go. */
  readonly rate: number | null;
  /** Authorization header by customer. */
  readonly authorize: (customerId: string) => string;
  readonly toBody: (placement: Placement) => string;
  /** Milliseconds since the run began. */
  readonly clock: () => number;
  readonly onAccepted: (placement: Placement) => void;
  readonly stop: AbortSignal;
}

/** Longer than the api takes to say 503. */
const ANSWER_TIMEOUT_SECONDS = 30;

const acceptedSchema = z.object({
  id: z.string(),
  metadata: z.object({ load: z.coerce.number().int() }),
});

/**
 * Sends each of these orders once by autocannon and notes the answers. What has no answer at the
 * end stays open: a connection that breaks costs the orders that were to go over it, since
 * autocannon counts what it sent. Resolves when all connections are done, or `stop` is aborted.
 */
export function sendRound(
  open: readonly Placement[],
  all: readonly Placement[],
  options: RoundOptions,
): Promise<void> {
  const line = open.values();
  const pace = { startMs: options.clock(), count: 0, rate: options.rate };
  return new Promise((resolve, reject) => {
    const onStop = (): void => run.stop();
    const onDone = (error: unknown): void => {
      options.stop.removeEventListener('abort', onStop);
      if (error instanceof Error) reject(error);
      else resolve();
    };
    const run = autocannon(
      {
        url: options.apiUrl,
        connections: Math.min(options.connections, open.length),
        amount: open.length,
        timeout: ANSWER_TIMEOUT_SECONDS,
        // How often autocannon looks whether it is done.
        sampleInt: 50,
        ...(options.rate !== null && { overallRate: options.rate }),
        setupClient: (client) => {
          client.setRequests([createRequest(line, all, pace, options)]);
        },
      },
      onDone,
    );
    options.stop.addEventListener('abort', onStop, { once: true });
  });
}

interface Pace {
  readonly startMs: number;
  readonly rate: number | null;
  count: number;
}

/** The requests of one connection, one after the other. */
function createRequest(
  line: Iterator<Placement>,
  all: readonly Placement[],
  pace: Pace,
  options: RoundOptions,
): autocannon.Request {
  let current: Placement | null = null;
  return {
    method: 'POST',
    path: '/orders',
    setupRequest: (request) => {
      // It asks as often as there are orders; should it ask once more, repeating one does no harm.
      const next = line.next();
      if (next.done !== true) current = next.value;
      if (current === null) return request;
      noteSent(current, pace, options.clock());
      return {
        ...request,
        headers: {
          'content-type': 'application/json',
          authorization: options.authorize(current.order.customerId),
          'idempotency-key': current.order.idempotencyKey,
        },
        body: options.toBody(current),
      };
    },
    onResponse: (status, body, _context, headers) => {
      // After a broken connection an answer may meet the next order here: it says whose it is.
      const accepted = status === 201 ? readAccepted(body) : null;
      const placement = accepted === null ? current : all[accepted.metadata.load];
      if (placement === null || placement === undefined || placement.orderId !== null) return;
      placement.answer = status;
      if (accepted === null) {
        noteRefused(placement, body, headers);
        return;
      }
      placement.orderId = accepted.id;
      placement.acceptedMs = options.clock();
      options.onAccepted(placement);
    },
  };
}

/**
 * The wait is counted from when the order should have been sent, if a slow answer before it held
 * it up: otherwise a stalled service would be asked less and look faster (coordinated omission).
 */
function noteSent(placement: Placement, pace: Pace, nowMs: number): void {
  const dueMs = pace.rate === null ? nowMs : pace.startMs + (pace.count * 1000) / pace.rate;
  pace.count += 1;
  placement.sentMs ??= Math.min(nowMs, dueMs);
  placement.tries += 1;
  placement.answer = 'lost';
  placement.retryAfterMs = 0;
}

function noteRefused(placement: Placement, body: string, headers: unknown): void {
  const problem = z.object({ type: z.string() }).safeParse(parseJson(body));
  placement.problem = problem.success ? problem.data.type : null;
  placement.retryAfterMs = readRetryAfterMs(headers);
}

function readAccepted(body: string): z.infer<typeof acceptedSchema> | null {
  const accepted = acceptedSchema.safeParse(parseJson(body));
  return accepted.success ? accepted.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function readRetryAfterMs(headers: unknown): number {
  if (typeof headers !== 'object' || headers === null) return 0;
  for (const [name, value] of Object.entries(headers)) {
    if (name.toLowerCase() === 'retry-after') return Number(value) * 1000 || 0;
  }
  return 0;
}
