import type { FastifyReply } from 'fastify';

export const EVENT_STREAM = 'text/event-stream';

export interface EventStream {
  /**
   * Sends an event, and resolves when the client has taken so much that another one may follow.
   * False when nobody reads any more.
   */
  send(id: number, data: object): Promise<boolean>;
  end(): void;
}

export interface EventStreamOptions {
  /**
   * How often something is sent when there is nothing to tell, so that nobody in between hangs up.
   * A client that takes as long to read what was sent is cut off.
   */
  readonly heartbeatMs: number;
  /** Called when the connection is gone, whoever ended it. */
  readonly onClose: () => void;
  /** When it aborts, a client that is behind is not waited for any longer. */
  readonly signal: AbortSignal;
}

/** When a client should come back after its stream has ended. */
const RETRY_MS = 2_000;

/**
 * Answers with a stream of server-sent events (HTML Living Standard, 9.2). Takes the response over
 * from Fastify, with the headers set so far.
 */
export function openEventStream(reply: FastifyReply, options: EventStreamOptions): EventStream {
  const { raw } = reply.hijack();
  const heartbeat = setInterval(() => {
    // Who does not read is not sent more, and has its deadline already.
    if (!raw.writableNeedDrain) raw.write(': \n\n');
  }, options.heartbeatMs);
  const cutOff = () => {
    if (raw.writableNeedDrain) raw.destroy();
  };
  options.signal.addEventListener('abort', cutOff, { once: true });
  raw.on('close', () => {
    clearInterval(heartbeat);
    options.onClose();
  });
  // A connection that ends with its stream can never be one that keeps the server from closing.
  raw.shouldKeepAlive = false;
  const headers = Object.entries(reply.getHeaders()).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  raw.writeHead(200, {
    ...Object.fromEntries(headers),
    'content-type': EVENT_STREAM,
    'cache-control': 'no-store, no-transform',
    // Proxies that gather answers before they pass them on are asked not to.
    'x-accel-buffering': 'no',
  });
  raw.write(`retry: ${RETRY_MS}\n\n`);

  return {
    send: async (id, data) => {
      if (raw.destroyed || raw.writableEnded) return false;
      if (raw.write(`id: ${id}\ndata: ${JSON.stringify(data)}\n\n`)) return true;
      return drain(raw, options.heartbeatMs);
    },
    end: () => {
      clearInterval(heartbeat);
      raw.end();
    },
  };
}

/** Waits until what was written is read, or gives the connection up. */
function drain(raw: FastifyReply['raw'], deadlineMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (drained: boolean) => {
      clearTimeout(timer);
      raw.off('drain', onDrain).off('close', onClose);
      resolve(drained);
    };
    const onDrain = () => finish(true);
    const onClose = () => finish(false);
    const timer = setTimeout(() => {
      raw.destroy();
      finish(false);
    }, deadlineMs);
    raw.on('drain', onDrain).on('close', onClose);
  });
}
