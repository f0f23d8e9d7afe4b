import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** What to do with bytes that come from the server: hand them on, or lose them and the connection. */
export type Watch = (reply: Buffer) => 'pass' | 'cut';

export interface Proxy {
  readonly url: string;
  /** Looks at every reply from now on; null looks no longer. */
  watch(watch: Watch | null): void;
  /** Nothing gets through in either direction, and nothing is closed, until `letGo`. */
  hold(): void;
  letGo(): void;
  close(): Promise<void>;
}

/** A TCP proxy before a PostgreSQL, to lose replies or everything. */
export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let watching: Watch | null = null;
  let held: (() => void)[] | null = null;
  const pass = (deliver: () => void): void => {
    if (held === null) deliver();
    else held.push(deliver);
  };
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        pass(() => to.destroy());
      });
    }
    client.on('data', (data) => pass(() => upstream.write(data)));
    upstream.on('data', (data) => {
      if (watching?.(data) === 'cut') {
        client.destroy();
        upstream.destroy();
      } else pass(() => client.write(data));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    watch(watch) {
      watching = watch;
    },
    hold() {
      held ??= [];
    },
    letGo() {
      const waiting = held ?? [];
      held = null;
      for (const deliver of waiting) deliver();
    },
    async close() {
      held = null;
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
