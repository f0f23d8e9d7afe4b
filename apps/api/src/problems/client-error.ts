import { ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ProblemSlug } from '@orders/domain/problems';
import { MAX_URL_BYTES } from '../http/size-limits.ts';
import { PROBLEM_MEDIA_TYPE, toProblemDocument } from './problem-document.ts';
import { ProblemError } from './problem-error.ts';

/** How long a client may take to read why it is cut off. Closing at once could lose the answer. */
const LINGER_MS = 500;

interface ConnectionFault extends Error {
  readonly code?: string;
  readonly rawPacket?: unknown;
}

/**
 * Answers what never became a request (framing, sizes, time-outs) with problem details, and closes
 * the connection: where the next request begins is unknown from then on (RFC 9112, 11.2).
 */
export function answerClientError(fault: ConnectionFault, socket: Socket): void {
  if (fault.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const underWay = responseUnderWay(socket);
  if (underWay === null) sendAndClose(socket, toProblem(fault));
  // Bytes after the head of another answer would be read as its body.
  else if (underWay.headersSent) socket.destroy();
  else if (underWay.req.complete) {
    // The fault is in a later, pipelined request: the earlier one still gets its answer.
    underWay.shouldKeepAlive = false;
    underWay.once('close', () => socket.destroySoon());
  } else sendAndClose(socket, toProblem(fault));
}

/** Node keeps the response under way on its socket, and its own handler asks the same way. */
function responseUnderWay(socket: Socket): ServerResponse | null {
  const response: unknown = Reflect.get(socket, '_httpMessage');
  return response instanceof ServerResponse ? response : null;
}

function toProblem(fault: ConnectionFault): ProblemError {
  const slug = slugOf(fault);
  return slug === 'validation-error'
    ? new ProblemError(slug, { detail: 'The request is not well-formed HTTP/1.1.' })
    : new ProblemError(slug);
}

function slugOf({ code, rawPacket }: ConnectionFault): ProblemSlug {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 'request-timeout';
    case 'HPE_HEADER_OVERFLOW':
      return hasLongTarget(rawPacket) ? 'uri-too-long' : 'headers-too-large';
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return 'payload-too-large';
    default:
      return 'validation-error';
  }
}

/** Whether the target alone, at the beginning of the packet that overflowed, is too long. */
function hasLongTarget(rawPacket: unknown): boolean {
  if (!Buffer.isBuffer(rawPacket)) return false;
  const [, target = ''] = /^[A-Z]+ (\S*)/.exec(rawPacket.toString('latin1', 0, 16_384)) ?? [];
  return target.length > MAX_URL_BYTES;
}

function sendAndClose(socket: Socket, problem: ProblemError): void {
  const body = JSON.stringify(toProblemDocument(problem));
  socket.end(
    [
      `HTTP/1.1 ${problem.statusCode} ${STATUS_CODES[problem.statusCode] ?? ''}`,
      `content-type: ${PROBLEM_MEDIA_TYPE}`,
      `content-length: ${Buffer.byteLength(body)}`,
      'cache-control: no-store',
      'x-content-type-options: nosniff',
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
