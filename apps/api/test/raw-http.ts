import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  readonly body: Record<string, unknown>;
  readonly ms: number;
  /** Whether the server ended the connection after its answer. */
  readonly closed: boolean;
}

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  /** Sent as they are, in this order, as often as they stand here. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Buffer;
}

/** The bytes of a request, right or wrong; `content-length` is added unless framing is given. */
export function toBytes({
  method = 'POST',
  path = '/orders',
  headers = [],
  body = '',
}: RawRequest): Buffer {
  const bytes = Buffer.from(body);
  const framed = headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
  const all = [
    ...(headers.some(([name]) => /^host$/i.test(name)) ? [] : [['Host', 'api.test'] as const]),
    ...headers,
    ...(framed || bytes.length === 0 ? [] : [['Content-Length', String(bytes.length)] as const]),
  ];
  const head = [`${method} ${path} HTTP/1.1`, ...all.map(([name, value]) => `${name}: ${value}`)];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
}

/**
 * Writes bytes to a port and reads the first answer, as an attacker would: no library in between
 * repairs anything. Resolves at the end of the answer, or of the connection.
 */
export function exchange(port: number, bytes: Buffer, timeoutMs = 6_000): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(bytes));
    const timer = setTimeout(() => socket.destroy(new Error('no answer in time')), timeoutMs);
    let answer: RawAnswer | null = null;
    const finish = (closed: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      if (answer === null) reject(new Error('the connection ended without an answer'));
      else resolve({ ...answer, closed });
    };
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      answer ??= parse(Buffer.concat(chunks), performance.now() - startedAt);
      if (answer === null) return;
      // Whoever says close must close: wait for it. The others keep the connection.
      if (answer.headers.get('connection') !== 'close') finish(false);
    });
    socket.on('end', () => finish(true));
    socket.on('error', (error) => {
      if (answer !== null) finish(true);
      else {
        clearTimeout(timer);
        reject(error);
      }
    });
  });
}

function parse(bytes: Buffer, ms: number): RawAnswer | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const content = bytes.subarray(end + 4);
  if (content.length < Number(headers.get('content-length') ?? 0)) return null;
  const text = content.toString('utf8');
  return {
    status: Number(statusLine.split(' ')[1]),
    headers,
    text,
    body: text.startsWith('{') ? JSON.parse(text) : {},
    ms,
    closed: false,
  };
}
