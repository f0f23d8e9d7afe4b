import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const ACCEPTABLE = /^[\w.:-]{1,64}$/;

/**
 * Names each request for the log: unique per process and by a random beginning across them. The
 * name that a trusted proxy gave is kept; anybody else's is ignored.
 */
export function createRequestIds(
  trustsPeer: (address: string) => boolean,
): (request: IncomingMessage) => string {
  const prefix = randomBytes(6).toString('base64url');
  let count = 0;
  return ({ headers, socket }) => {
    const given = headers['x-request-id'];
    if (
      typeof given === 'string' &&
      ACCEPTABLE.test(given) &&
      trustsPeer(socket.remoteAddress ?? '')
    ) {
      return given;
    }
    count += 1;
    return `${prefix}-${count.toString(36)}`;
  };
}
