import type { PaymentOutcome } from '@orders/domain/decision';
import { type Charge, chargeSchema, refundSchema } from '@orders/domain/contracts/payment-provider';
import type { AttemptState, RefundState } from '@orders/domain/next-call';
import { Agent, request } from 'undici';
import { createBreaker } from './breaker.ts';
import type { CallResult } from './call-result.ts';

export interface PaymentProviderOptions {
  readonly url: string;
  /** The longest that one call may take in all. */
  readonly timeoutMs: number;
  readonly maxConnections: number;
  readonly onCall?: (call: {
    readonly name: string;
    readonly kind: string;
    readonly ms: number;
  }) => void;
}

/** The payment provider over HTTP. No call throws: whatever happens is sorted into a result. */
export interface PaymentProvider {
  /** Charges under the attempt's key; repeating it never charges twice while the key is known. */
  charge(
    orderId: string,
    attempt: AttemptState,
    metadata: Readonly<Record<string, string>>,
  ): Promise<CallResult>;
  lookUp(key: string): Promise<CallResult>;
  /** Makes the key unable to capture ever after, or tells that it has been captured or declined. */
  voidCharge(key: string): Promise<CallResult>;
  refund(refund: RefundState): Promise<CallResult>;
  readonly breakerIsOpen: () => boolean;
  close(): Promise<void>;
}

/** The longest answer that is read; anything longer is not an answer. */
const MAX_BODY_BYTES = 64 * 1024;

interface Call {
  readonly name: 'charge' | 'look-up' | 'void' | 'refund';
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly key?: string;
  readonly body?: object;
}

export function createPaymentProvider(options: PaymentProviderOptions): PaymentProvider {
  const agent = new Agent({
    connections: options.maxConnections,
    // One request per connection at a time: a charge must not wait behind one that hangs.
    pipelining: 1,
    connect: { timeout: Math.min(1_000, options.timeoutMs) },
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
    maxResponseSize: MAX_BODY_BYTES,
  });
  const breaker = createBreaker();

  async function call(details: Call): Promise<CallResult> {
    const startedAt = performance.now();
    const result = await breaker.run(() => send(agent, options, details));
    options.onCall?.({ name: details.name, kind: result.kind, ms: performance.now() - startedAt });
    return result;
  }

  const byKey = (key: string) => `/charges/by-key/${encodeURIComponent(key)}`;
  return {
    charge: (orderId, { key, amountMinor, currency }, metadata) =>
      call({
        name: 'charge',
        method: 'POST',
        path: '/charges',
        key,
        body: { orderId, amount: amountMinor, currency, metadata },
      }),
    lookUp: (key) => call({ name: 'look-up', method: 'GET', path: byKey(key) }),
    voidCharge: (key) => call({ name: 'void', method: 'POST', path: `${byKey(key)}/void` }),
    refund: ({ key, chargeId, amountMinor }) =>
      call({
        name: 'refund',
        method: 'POST',
        path: '/refunds',
        key,
        body: { chargeId, amount: amountMinor },
      }),
    breakerIsOpen: breaker.isOpen,
    close: () => agent.destroy(),
  };
}

async function send(
  agent: Agent,
  { url, timeoutMs }: PaymentProviderOptions,
  { name, method, path, key, body }: Call,
): Promise<CallResult> {
  try {
    const answer = await request(`${url}${path}`, {
      dispatcher: agent,
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      // Bounds the whole call: the agent's own time-outs start anew with every byte.
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await answer.body.text();
    return interpret(name, answer.statusCode, text, answer.headers['retry-after']);
  } catch (error) {
    return { kind: 'unknown', error: describe(error), retryAfterMs: null };
  }
}

/** Sorts an answer. What is neither a definite yes nor a definite no is unknown. */
function interpret(
  name: Call['name'],
  status: number,
  text: string,
  retryAfter: string | string[] | undefined,
): CallResult {
  if (status === 200 || status === 201) {
    return name === 'refund' ? readRefund(text) : readCharge(text);
  }
  if (status === 404 && name === 'look-up') return { kind: 'not-found' };
  // Only these say that the charge itself is wrong; a conflict may mean that it has happened.
  if (name === 'charge' && (status === 400 || status === 402 || status === 422)) {
    return { kind: 'outcome', outcome: { kind: 'refused', code: `http_${status}` } };
  }
  return {
    kind: 'unknown',
    error: `${name} was answered with ${status}`,
    retryAfterMs: readRetryAfter(retryAfter),
  };
}

function readCharge(text: string): CallResult {
  const parsed = chargeSchema.safeParse(parseJson(text));
  if (!parsed.success) return { kind: 'unknown', error: 'unreadable answer', retryAfterMs: null };
  return { kind: 'outcome', outcome: toOutcome(parsed.data) };
}

function toOutcome({ id, status, code, retryable }: Charge): PaymentOutcome {
  switch (status) {
    case 'captured':
      return { kind: 'captured', chargeId: id };
    case 'declined':
      return { kind: 'declined', code: code ?? 'declined', retryable: retryable ?? false };
    case 'voided':
      return { kind: 'voided' };
  }
}

function readRefund(text: string): CallResult {
  const parsed = refundSchema.safeParse(parseJson(text));
  if (!parsed.success) return { kind: 'unknown', error: 'unreadable answer', retryAfterMs: null };
  return { kind: 'refunded', refundId: parsed.data.id };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Seconds or a date (RFC 9110, 10.2.3), as milliseconds from now, at most an hour. */
function readRetryAfter(value: string | string[] | undefined): number | null {
  const text = Array.isArray(value) ? value[0] : value;
  if (text === undefined) return null;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), 3_600_000);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  return `${error.name}: ${error.message.slice(0, 300)}${code}`;
}
