import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/**
 * Below the range from which Linux gives ports to outgoing connections (32768 and up): a server
 * that is started again later must find its port still free, also in the middle of a load run that
 * opens thousands of connections.
 */
const lowest = 20_000;
const highest = 32_767;

/**
 * A TCP port on 127.0.0.1 on which nothing listens now, between 20000 and 32767, never the same for
 * two calls, also of two processes that both ask here: until the one that asked ends. Throws when
 * none is found.
 */
export async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < 200; tries += 1) {
    const port = randomInt(lowest, highest + 1);
    if ((await isPortFree(port)) && (await claimPort(port))) return port;
  }
  throw new Error(`no free port found between ${lowest} and ${highest} on 127.0.0.1`);
}

/**
 * Whether nobody has claimed this port before. Between finding a TCP port and listening on it, which
 * a child process may do half a second later, it looks free to all; so whoever hands it out holds
 * the UDP port of the same number, which nobody else wants and which goes with its process.
 */
function claimPort(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const claim = createSocket('udp4');
    claim.once('error', () => resolve(false));
    claim.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
      claim.unref();
      resolve(true);
    });
  });
}

/** Whether a server could listen on this port of `host` (127.0.0.1) now. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** The port asked for if it is free, a free one if none was asked for; throws one line when taken. */
export async function choosePort(wanted: number | undefined, who: string): Promise<number> {
  if (wanted === undefined) return findFreePort();
  if (await isPortFree(wanted)) return wanted;
  throw new Error(
    `${who}: port ${wanted} on 127.0.0.1 is taken by another program; stop it or choose another port`,
  );
}
