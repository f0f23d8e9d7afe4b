import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Charge,
  chargeSchema,
  type Ledger,
  ledgerSchema,
  providerProblemSchema,
} from '@orders/domain/contracts/payment-provider';
import { createLogger } from '@orders/service/logger';
import { onTestFinished } from 'vitest';
import { parseFaultPlan } from '../src/faults/parse-fault-plan.ts';
import { type Simulator, startSimulator } from '../src/simulator.ts';

/** A folder of the test's own, removed after it. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'simulator-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A simulator inside this process on a ledger of its own, closed after the test. */
export async function startTestSimulator(faults = '', seed = 1): Promise<Simulator> {
  const parsed = parseFaultPlan(faults);
  if (parsed.kind === 'invalid') throw new Error(parsed.reasons.join('\n'));
  const simulator = await startSimulator(
    {
      host: '127.0.0.1',
      port: 0,
      ledgerFile: join(await makeFolder(), 'ledger.ndjson'),
      faults,
      plan: parsed.plan,
      seed,
      logLevel: 'silent',
    },
    createLogger({ name: 'simulator', level: 'silent' }),
    (error) => {
      throw error;
    },
  );
  onTestFinished(() => simulator.close());
  return simulator;
}

export interface ChargeOptions {
  readonly orderId?: string;
  readonly amount?: number;
  readonly simulate?: string;
  readonly signal?: AbortSignal;
}

export async function postCharge(
  url: string,
  key: string,
  { orderId = 'order-1', amount = 5_997, simulate, signal }: ChargeOptions = {},
): Promise<Response> {
  return fetch(`${url}/charges`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({
      orderId,
      amount,
      currency: 'USD',
      metadata: simulate === undefined ? {} : { simulate },
    }),
    ...(signal && { signal }),
  });
}

export async function charge(url: string, key: string, options?: ChargeOptions): Promise<Charge> {
  return readCharge(await postCharge(url, key, options));
}

export async function readCharge(response: Response): Promise<Charge> {
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return chargeSchema.parse(await response.json());
}

export function lookUp(url: string, key: string): Promise<Response> {
  return fetch(`${url}/charges/by-key/${encodeURIComponent(key)}`);
}

export function postVoid(url: string, key: string): Promise<Response> {
  return fetch(`${url}/charges/by-key/${encodeURIComponent(key)}/void`, { method: 'POST' });
}

export function postRefund(
  url: string,
  key: string,
  body: { chargeId: string; amount: number },
): Promise<Response> {
  return send('POST', `${url}/refunds`, body, { 'idempotency-key': key });
}

export async function readLedger(url: string, orderId?: string): Promise<Ledger> {
  const query = orderId === undefined ? '' : `?orderId=${encodeURIComponent(orderId)}`;
  return ledgerSchema.parse(await (await fetch(`${url}/ledger${query}`)).json());
}

/** Status and code of an answer that must be a problem. */
export async function readProblem(response: Response): Promise<[status: number, code: string]> {
  const problem = providerProblemSchema.parse(await response.json());
  if (response.headers.get('content-type') !== 'application/problem+json') {
    throw new Error(`a problem as ${response.headers.get('content-type')}`);
  }
  return [response.status, problem.code];
}

export function send(
  method: 'PUT' | 'POST',
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}
