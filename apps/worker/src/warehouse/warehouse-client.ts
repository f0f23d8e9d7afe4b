import {
  type SoldReceipt,
  type SoldReport,
  soldReceiptSchema,
  type StockPage,
  stockPageSchema,
} from '@orders/domain/contracts/warehouse';
import { Agent, request } from 'undici';
import type { z } from 'zod';
import type { WarehouseAnswer } from './warehouse-answer.ts';

export interface WarehouseClientOptions {
  readonly url: string;
  /** The longest that one call may take in all. */
  readonly timeoutMs: number;
  /** Rows to ask for per page. */
  readonly pageRows: number;
}

/** The warehouse over HTTP. No call throws: whatever happens is sorted into an answer. */
export interface WarehouseClient {
  /** Running totals: repeating them changes nothing. */
  reportSold(report: SoldReport, signal: AbortSignal): Promise<WarehouseAnswer<SoldReceipt>>;
  /** Without a cursor the first page of a new snapshot, with one its next page. */
  readPage(cursor: string | null, signal: AbortSignal): Promise<WarehouseAnswer<StockPage>>;
  close(): Promise<void>;
}

/** The longest answer that is read: a page of 5,000 rows has less than a tenth of it. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

interface Call {
  readonly method: 'GET' | 'PUT';
  readonly path: string;
  readonly body?: object;
}

export function createWarehouseClient(options: WarehouseClientOptions): WarehouseClient {
  const { url, timeoutMs, pageRows } = options;
  const agent = new Agent({
    connections: 2,
    pipelining: 1,
    connect: { timeout: Math.min(2_000, timeoutMs) },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: MAX_BODY_BYTES,
  });

  async function send<S extends z.ZodType>(
    { method, path, body }: Call,
    schema: S,
    signal: AbortSignal,
  ): Promise<WarehouseAnswer<z.output<S>>> {
    try {
      const answer = await request(`${url}${path}`, {
        dispatcher: agent,
        method,
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        // Bounds the whole call: the agent's own time-outs start anew with every byte.
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      return interpret(`${method} ${path}`, answer.statusCode, await answer.body.text(), schema);
    } catch (error) {
      return { kind: 'unavailable', error: `${method} ${path}: ${describe(error)}` };
    }
  }

  return {
    reportSold: (report, signal) =>
      send({ method: 'PUT', path: '/warehouse/sold', body: report }, soldReceiptSchema, signal),
    readPage: (cursor, signal) => {
      const query = new URLSearchParams({ limit: String(pageRows) });
      if (cursor !== null) query.set('cursor', cursor);
      return send(
        { method: 'GET', path: `/warehouse/stock?${query.toString()}` },
        stockPageSchema,
        signal,
      );
    },
    close: () => agent.destroy(),
  };
}

function interpret<S extends z.ZodType>(
  call: string,
  status: number,
  text: string,
  schema: S,
): WarehouseAnswer<z.output<S>> {
  if (status === 200) {
    const parsed = schema.safeParse(parseJson(text));
    if (parsed.success) return { kind: 'answer', value: parsed.data };
    return { kind: 'unavailable', error: `${call}: the answer cannot be understood` };
  }
  if (status === 410) return { kind: 'gone' };
  const error = `${call} was answered with ${status}`;
  const isTransient = status >= 500 || status === 408 || status === 429;
  return { kind: isTransient ? 'unavailable' : 'refused', error };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  return `${error.name}: ${error.message.slice(0, 300)}${code}`;
}
