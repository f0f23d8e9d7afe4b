import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** Clients that ask for much, one request after the other without waiting, and read nothing. */
export async function openSlowReaders(
  port: number,
  readers: number,
  request: string,
  requestsEach: number,
): Promise<Socket[]> {
  const all = request.repeat(requestsEach);
  return Promise.all(
    Array.from(
      { length: readers },
      () =>
        new Promise<Socket>((resolve, reject) => {
          const socket = connect({ port, host: '127.0.0.1' });
          socket.once('error', reject);
          socket.once('connect', () => {
            socket.off('error', reject);
            socket.on('error', () => {});
            socket.pause();
            socket.write(all);
            resolve(socket);
          });
        }),
    ),
  );
}

/** How many are still connected after some time. A socket that does not read learns of it by writing. */
export async function countConnected(sockets: readonly Socket[], afterMs: number): Promise<number> {
  await wait(afterMs);
  return sockets.filter((socket) => !socket.destroyed).length;
}
