import { connect } from 'node:net';

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  readonly ms: number;
}

export interface Exchange {
  /** Null when the connection ended, or the time was over, without one. */
  readonly answer: Answer | null;
  readonly failure: string | null;
}

const TIMEOUT_MS = 10_000;
/** Of a body in chunks, which no answer of ours has but an endless one. */
const LAST_CHUNK = '0\r\n\r\n';

/**
 * Sends bytes to a port of this machine and reads one answer; of an endless one only the beginning.
 * Never rejects.
 */
export function exchangeBytes(port: number, bytes: Buffer): Promise<Exchange> {
  return new Promise((resolve) => {
    const since = performance.now();
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(bytes));
    const timer = setTimeout(() => finish('no answer in time'), TIMEOUT_MS);

    const finish = (failure: string) => {
      clearTimeout(timer);
      socket.destroy();
      const answer = readAnswer(Buffer.concat(chunks), performance.now() - since, true);
      resolve({ answer, failure: answer === null ? failure : null });
    };
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const answer = readAnswer(Buffer.concat(chunks), performance.now() - since, false);
      if (answer !== null) finish('');
    });
    socket.on('end', () => finish('the connection was closed without an answer'));
    socket.on('error', (error) => finish(error.message));
  });
}

/** Sends bytes and goes away without reading. */
export function abandonBytes(port: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => {
      socket.write(bytes, () => socket.resetAndDestroy());
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve());
  });
}

function readAnswer(bytes: Buffer, ms: number, isEnded: boolean): Answer | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = Number(statusLine.split(' ')[1]);
  const content = bytes.subarray(end + 4);
  // 100 Continue is not the answer yet.
  if (status < 200) return readAnswer(content, ms, isEnded);
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const length = headers.get('content-length');
  const text = content.toString('utf8');
  const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true;
  const isWhole =
    isEnded ||
    isStream ||
    status === 204 ||
    status === 304 ||
    (length === undefined ? text.endsWith(LAST_CHUNK) : content.length >= Number(length));
  return isWhole ? { status, headers, text, ms } : null;
}
