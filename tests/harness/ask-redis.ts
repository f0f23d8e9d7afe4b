import { once } from 'node:events';
import { connect } from 'node:net';

const TIMEOUT_MS = 5_000;

/**
 * Sends one command to a Redis and returns its reply as text: what a scenario does to Redis itself
 * (FLUSHALL, CONFIG SET, SHUTDOWN), beside the queue library.
 *
 * @throws when Redis answers with an error or not within five seconds
 */
export async function askRedis(port: number, ...command: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    await once(socket, 'connect', { signal });
    const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
    socket.write(`*${command.length}\r\n${parts.join('')}`);
    const [reply] = await once(socket, 'data', { signal });
    const text = String(reply);
    if (text.startsWith('-')) throw new Error(`Redis refused ${command[0]}: ${text.trim()}`);
    return text.startsWith('$')
      ? text.slice(text.indexOf('\n') + 1).trimEnd()
      : text.slice(1).trimEnd();
  } finally {
    socket.destroy();
  }
}
