import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { findFreePort, isPortFree } from '@orders/local-services/free-port';

test('ports asked for at once are free, different, and not given to outgoing connections', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, () => findFreePort()));
  expect(new Set(ports).size).toBe(50);
  expect(Math.max(...ports)).toBeLessThan(32_768);
});

test('a port that was handed out is claimed, for other processes as well', async () => {
  const port = await findFreePort();
  const other = createSocket('udp4');
  onTestFinished(() => void other.close());
  other.bind({ port, address: '127.0.0.1', exclusive: true });
  const [error] = await once(other, 'error');
  expect(error).toMatchObject({ code: 'EADDRINUSE' });
  // Only the number: whoever asked for it listens there.
  expect(await isPortFree(port)).toBe(true);
});

test('a port on which something listens is not free, also when it listens on every address', async () => {
  for (const host of ['127.0.0.1', '0.0.0.0', '::']) {
    const port = await findFreePort();
    const server = createServer().listen(port, host);
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    expect(await isPortFree(port)).toBe(false);
  }
});
