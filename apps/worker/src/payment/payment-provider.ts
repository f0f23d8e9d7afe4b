import type { PaymentOutcome } from '@orders/domain/decision';
import { type Charge, chargeSchema, refundSchema } from '@orders/domain/contracts/payment-provider';
import type { AttemptState, RefundState } from '@orders/domain/next-call';
import { Agent } from 'undici';
import { createBreaker } from './breaker.ts';
import type { CallResult } from './call-result.ts';
import { type Answer, send } from './send.ts';

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
  const target = { url: new URL(options.url), timeoutMs: options.timeoutMs };

  async function call(details: Call): Promise<CallResult> {
    const startedAt = performance.now();
    const result = await breaker.run(() => ask(agent, target, details));
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

async function ask(
  agent: Agent,
  { url, timeoutMs }: { readonly url: URL; readonly timeoutMs: number },
  { name, method, path, key, body }: Call,
): Promise<CallResult> {
  const request = {
    origin: url.origin,
    path: `${url.pathname.replace(/\/$/, '')}${path}`,
    method,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  };
  try {
    const { status, headers, text } = await send(agent, request, timeoutMs);
    return interpret(name, status, text, readRetryAfter(headers));
  } catch (error) {
    return { kind: 'unknown', error: describe(error), retryAfterMs: null };
  }
}

/** Sorts an answer. What is neither a definite yes nor a definite no is unknown. */
function interpret(
  name: Call['name'],
  status: number,
  text: string,
  retryAfterMs: number | null,
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
    retryAfterMs,
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

/**
 * Seconds or a date (RFC 9110, 10.2.3), as milliseconds from now, at most an hour. A date is held
 * against the provider's own clock as its answer tells it, since ours may be wrong.
 */
function readRetryAfter(headers: Answer['headers']): number | null {
  const text = headers['retry-after'];
  if (typeof text !== 'string') return null;
  const sentAt = Date.parse(typeof headers['date'] === 'string' ? headers['date'] : '');
  const now = Number.isNaN(sentAt) ? Date.now() : sentAt;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), 3_600_000);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  return `${error.name}: ${error.message.slice(0, 300)}${code}`;
}
