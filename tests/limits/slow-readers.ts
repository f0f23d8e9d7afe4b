import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const WAVE = 10;

/**
 * Clients that ask for much and read nothing. They come in waves, each when the server has got over
 * the one before: they are to fill its memory, not to take its time.
 */
export async function openSlowReaders(
  port: number,
  readers: number,
  requests: string,
): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < readers) {
    const wave = Array.from({ length: Math.min(WAVE, readers - sockets.length) }, () =>
      openSlowReader(port, requests),
    );
    sockets.push(...(await Promise.all(wave)));
    const answer = await fetch(`http://127.0.0.1:${port}/problems/not-found`);
    await answer.arrayBuffer();
  }
  return sockets;
}

function openSlowReader(port: number, requests: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      socket.on('error', () => {});
      socket.pause();
      socket.write(requests);
      resolve(socket);
    });
  });
}

/** How many are still connected after some time. A socket that does not read learns of it by writing. */
export async function countConnected(sockets: readonly Socket[], afterMs: number): Promise<number> {
  await wait(afterMs);
  return sockets.filter((socket) => !socket.destroyed).length;
}
