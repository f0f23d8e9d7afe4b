import { setMaxListeners } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { findFreePort } from '@orders/local-services/free-port';

/** Cuts the connection at the nth chunk that contains a text. */
export interface Cut {
  /** Whose bytes are looked at. */
  readonly from: 'client' | 'server';
  readonly contains: string;
  /** 1 without it. */
  readonly nth?: number;
  /** Whether the chunk itself still gets through. */
  readonly deliver: boolean;
}

/** A network between two processes, and what can be wrong with it. */
export interface Proxy {
  /** The same URL by way of this proxy. */
  through(url: string): string;
  /** Every chunk takes so much longer, in both directions. */
  delay(ms: number): void;
  /** No more than so many bytes a second, in both directions. */
  slow(bytesPerSecond: number): void;
  /** Nothing gets through and nothing is closed; what was sent arrives after `heal`. */
  blackhole(): void;
  /** Connections are refused, and those that are there are closed. */
  down(): Promise<void>;
  /** Resets the connections that are there (RST); new ones work. */
  reset(): void;
  /** Resolves when it has cut, and then passes everything again. */
  cutWhen(cut: Cut): Promise<void>;
  /** As if nothing had ever been wrong. */
  heal(): Promise<void>;
  readonly connections: number;
  close(): Promise<void>;
}

type Fault =
  | { readonly kind: 'none' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  | { readonly kind: 'blackhole'; readonly over: Promise<void>; readonly end: () => void };

/** Starts a TCP proxy on 127.0.0.1 before the server that `target` names. */
export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port: targetPort } = new URL(target);
  const port = await findFreePort();
  const sockets = new Set<Socket>();
  const closing = new AbortController();
  // Each chunk that is delayed listens to it.
  setMaxListeners(0, closing.signal);
  let fault: Fault = { kind: 'none' };
  let cut: (Cut & { seen: number; readonly done: () => void }) | null = null;

  function accept(client: Socket): void {
    const server = connect(Number(targetPort), hostname);
    carry(client, server, 'client');
    carry(server, client, 'server');
  }

  function carry(from: Socket, to: Socket, side: Cut['from']): void {
    sockets.add(from);
    from.setNoDelay(true);
    from.on('error', () => {});
    from.on('close', () => {
      sockets.delete(from);
      void whenPassed(0).then(() => to.destroy());
    });
    from.on('end', () => void whenPassed(0).then(() => to.end()));
    from.on('data', (chunk: Buffer) => {
      // One chunk at a time: what comes behind waits in the socket, in order.
      from.pause();
      void whenPassed(chunk.length).then(() => {
        const cuts = isCutBy(chunk, side);
        if (!cuts || cut?.deliver === true) to.write(chunk);
        if (cuts) finishCut(from, to);
        else from.resume();
      });
    });
  }

  async function whenPassed(bytes: number): Promise<void> {
    const { signal } = closing;
    switch (fault.kind) {
      case 'none':
        return undefined;
      case 'delay':
        return wait(fault.ms, undefined, { signal }).catch(() => undefined);
      case 'slow':
        return wait((bytes * 1_000) / fault.bytesPerSecond, undefined, { signal }).catch(
          () => undefined,
        );
      case 'blackhole':
        return fault.over;
    }
  }

  function isCutBy(chunk: Buffer, side: Cut['from']): boolean {
    if (cut === null || cut.from !== side || !chunk.includes(cut.contains)) return false;
    cut.seen += 1;
    return cut.seen === (cut.nth ?? 1);
  }

  function finishCut(from: Socket, to: Socket): void {
    const done = cut?.done;
    cut = null;
    // What was delivered leaves before the connection does.
    to.end(() => to.destroy());
    from.destroy();
    done?.();
  }

  function setFault(next: Fault): void {
    const before = fault;
    fault = next;
    if (before.kind === 'blackhole') before.end();
  }

  let server: Server | null = await listen(accept, port);
  return {
    through: (url) => {
      const changed = new URL(url);
      changed.hostname = '127.0.0.1';
      changed.port = String(port);
      return changed.href.replace(/\/$/, url.endsWith('/') ? '/' : '');
    },
    delay: (ms) => setFault({ kind: 'delay', ms }),
    slow: (bytesPerSecond) => setFault({ kind: 'slow', bytesPerSecond }),
    blackhole: () => {
      let end = () => {};
      const over = new Promise<void>((resolve) => {
        end = resolve;
      });
      setFault({ kind: 'blackhole', over, end });
    },
    down: async () => {
      const closed = close(server);
      server = null;
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    reset: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    cutWhen: (wanted) =>
      new Promise((done) => {
        cut = { ...wanted, seen: 0, done };
      }),
    heal: async () => {
      cut = null;
      setFault({ kind: 'none' });
      server ??= await listen(accept, port);
    },
    get connections() {
      return sockets.size / 2;
    },
    close: async () => {
      closing.abort();
      setFault({ kind: 'none' });
      const closed = close(server);
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function listen(accept: (client: Socket) => void, port: number): Promise<Server> {
  const server = createServer(accept);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

function close(server: Server | null): Promise<void> {
  return new Promise((resolve) => {
    if (server === null) resolve();
    else server.close(() => resolve());
  });
}
