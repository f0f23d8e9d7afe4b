import { connect, type Socket } from 'node:net';

/** Connections that are tried at the same time: a backlog of listeners is not endless. */
const WAVE = 200;
const ATTEMPT_MS = 20_000;

/**
 * Opens connections and keeps them, each after one request that was answered; without a request
 * they have never said a word.
 *
 * @returns those that were opened and answered
 */
export async function openConnections(
  port: number,
  count: number,
  request: string | null,
): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const size = Math.min(WAVE, count - sockets.length);
    const wave = await Promise.all(Array.from({ length: size }, () => openOne(port, request)));
    const opened = wave.filter((socket) => socket !== null);
    sockets.push(...opened);
    if (opened.length < size) break;
  }
  return sockets;
}

function openOne(port: number, request: string | null): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const timer = setTimeout(() => socket.destroy(), ATTEMPT_MS);
    const finish = (result: Socket | null) => {
      clearTimeout(timer);
      resolve(result);
    };
    socket.on('error', () => finish(null));
    socket.on('close', () => finish(null));
    socket.on('connect', () => {
      if (request === null) finish(socket);
      else socket.write(request);
    });
    socket.once('data', () => {
      socket.resume();
      finish(socket);
    });
  });
}

export async function closeConnections(sockets: readonly Socket[]): Promise<void> {
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve) => {
          if (socket.destroyed) resolve();
          else socket.once('close', () => resolve());
          socket.resetAndDestroy();
        }),
    ),
  );
}
