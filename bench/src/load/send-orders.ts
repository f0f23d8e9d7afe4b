import { setTimeout as delay } from 'node:timers/promises';
import { makeOrder } from './make-order.ts';
import { type Connection, openConnection, preciseNow, renderOrder } from './open-connection.ts';

export interface SendOptions {
  readonly port: number;
  /** Of customer-1, customer-2, … */
  readonly tokens: readonly string[];
  readonly run: number;
  readonly count: number;
}

export interface Sent {
  /** Found again on the order, where it is unique. */
  readonly key: string;
  /** When it should have been sent, by `preciseNow()`. */
  readonly dueMs: number;
  /** When its answer had arrived. */
  readonly answeredMs: number;
  readonly status: number;
}

/** Opens a connection for each order, then sends all at once: all are due at the same moment. */
export async function sendBurst({ port, tokens, run, count }: SendOptions): Promise<Sent[]> {
  const connections = await Promise.all(Array.from({ length: count }, () => openConnection(port)));
  const requests = connections.map((connection, index) => ({
    connection,
    ...prepare(tokens, run, index),
  }));
  const dueMs = preciseNow();
  const sent = await Promise.all(
    requests.map(({ connection, key, request }) => send(connection, key, request, dueMs)),
  );
  for (const connection of connections) connection.close();
  return sent;
}

/**
 * Sends orders at a fixed rate, whether or not earlier ones are answered. Latencies count from when
 * each was due, so a stall is charged to every order that it delayed (no coordinated omission).
 */
export async function sendAtRate(
  { port, tokens, run, count }: SendOptions,
  perSecond: number,
): Promise<Sent[]> {
  const idle: Connection[] = [];
  const sending: Promise<Sent>[] = [];
  const beganMs = preciseNow() + 50;
  for (let index = 0; index < count; index += 1) {
    const dueMs = beganMs + (index * 1_000) / perSecond;
    const { key, request } = prepare(tokens, run, index);
    while (preciseNow() < dueMs) await delay(Math.max(0, Math.floor(dueMs - preciseNow())));
    sending.push(sendOnAny(idle, port, key, request, dueMs));
  }
  const sent = await Promise.all(sending);
  for (const connection of idle) connection.close();
  return sent;
}

async function sendOnAny(
  idle: Connection[],
  port: number,
  key: string,
  request: string,
  dueMs: number,
): Promise<Sent> {
  const connection = idle.pop() ?? (await openConnection(port));
  const sent = await send(connection, key, request, dueMs);
  idle.push(connection);
  return sent;
}

async function send(
  connection: Connection,
  key: string,
  request: string,
  dueMs: number,
): Promise<Sent> {
  const { status, atMs } = await connection.send(request);
  return { key, dueMs, answeredMs: atMs, status };
}

function prepare(
  tokens: readonly string[],
  run: number,
  index: number,
): { key: string; request: string } {
  const { customer, body } = makeOrder(run, index);
  const key = `run${run}-${index + 1}`;
  return { key, request: renderOrder(body, tokens[customer - 1] ?? '', key) };
}
