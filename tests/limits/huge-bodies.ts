import { connect } from 'node:net';

const MIB = 1024 * 1024;
const CHUNK = Buffer.alloc(64 * 1024, 0x20);
const GIVE_UP_MS = 20_000;

export interface Upload {
  readonly status: number;
  /** What the server's side of the connection took before it closed. */
  readonly sentMib: number;
}

/** Sends a body of so many MiB, in chunks or with its length, as fast as it is taken. */
export function sendHugeBody(
  port: number,
  authorization: string | null,
  mib: number,
  framing: 'chunked' | 'content-length',
): Promise<Upload> {
  return new Promise((resolve) => {
    const total = mib * MIB;
    let sent = 0;
    let text = '';
    const socket = connect({ port, host: '127.0.0.1' });
    const timer = setTimeout(() => socket.destroy(), GIVE_UP_MS);

    const push = (): void => {
      while (sent < total && !socket.destroyed && socket.writable) {
        const goesOn =
          framing === 'chunked'
            ? socket.write(`${CHUNK.length.toString(16)}\r\n${CHUNK.toString()}\r\n`)
            : socket.write(CHUNK);
        sent += CHUNK.length;
        if (!goesOn) return;
      }
    };
    socket.on('drain', push);
    socket.on('data', (chunk) => (text += String(chunk)));
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
      resolve({ status, sentMib: Math.round(socket.bytesWritten / MIB) });
    });
    socket.on('connect', () => {
      const head = [
        'POST /orders HTTP/1.1',
        'Host: api.test',
        'Content-Type: application/json',
        ...(authorization === null ? [] : [`Authorization: ${authorization}`]),
        framing === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${total}`,
      ];
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      push();
    });
  });
}
