import { once } from 'node:events';
import { connect } from 'node:net';

export interface Answer {
  readonly status: number;
  /** By `preciseNow()`. */
  readonly atMs: number;
}

export interface Connection {
  /** Sends one request, complete with its headers; resolves with its answer. One at a time. */
  send(request: string): Promise<Answer>;
  close(): void;
}

/** Milliseconds since the epoch, with fractions: comparable with PostgreSQL's clock on this machine. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}

/**
 * A connection to 127.0.0.1 that reads no more of an HTTP answer than it must: a client that costs
 * much CPU would delay what it measures.
 */
export async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  let received = '';
  let settle: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    received += chunk;
    const status = readStatus(received);
    if (status === null) return;
    received = '';
    settle?.resolve({ status, atMs: preciseNow() });
  });
  socket.on('error', (error) => settle?.reject(error));
  socket.on('close', () => settle?.reject(new Error('the connection was closed')));
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject };
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}

/** Null while the answer is not complete. All answers here tell their length. */
export function readStatus(received: string): number | null {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const length = /\r\ncontent-length: *(\d+)/i.exec(received.slice(0, headEnd))?.[1];
  if (received.length < headEnd + 4 + Number(length ?? 0)) return null;
  return Number(received.slice(9, 12));
}

/** `POST /orders` with a token and a key of its own. */
export function renderOrder(body: string, token: string, key: string): string {
  return [
    'POST /orders HTTP/1.1',
    'Host: 127.0.0.1',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    `Authorization: Bearer ${token}`,
    `Idempotency-Key: ${key}`,
    '',
    body,
  ].join('\r\n');
}
