import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, createProblem, listHeaders, sendAnswer } from '../http/answer.ts';
import type { FaultOf } from './fault.ts';

const HUGE_BYTES = 64 * 1024 * 1024;
const HUGE_CHUNK = Buffer.alloc(64 * 1024, 'x');
const SLOW_BYTE_MS = 1_000;
/** Neither UTF-8 nor JSON. */
const GARBAGE = Buffer.from([
  0x1f, 0x8b, 0xff, 0xfe, 0x00, 0x7b, 0x22, 0xc3, 0x28, 0x80, 0x0a, 0xd8,
]);

/** Fails a call of which nothing was done. */
export function answerBefore(response: ServerResponse, fault: FaultOf<'before'>): void {
  switch (fault) {
    case '500':
      return sendAnswer(response, createProblem(500, 'internal'));
    case '503':
      return sendAnswer(response, createProblem(503, 'unavailable'));
    case '429':
      return sendAnswer(response, createProblem(429, 'rate-limited'));
    case 'drop-before':
      return reset(response);
    case 'hang-before':
      // The connection stays open until the client gives up or the simulator closes.
      return undefined;
  }
}

/** Spoils the answer of a call that was carried out. */
export function answerAfter(
  response: ServerResponse,
  fault: FaultOf<'after'>,
  answer: Answer,
): void {
  switch (fault) {
    case '500-after':
      return sendAnswer(response, createProblem(500, 'internal'));
    case 'hang-after':
      return undefined;
    case 'drop':
      return reset(response);
    case 'garbage':
      response.writeHead(200, { 'content-type': 'application/json' }).end(GARBAGE);
      return undefined;
    case 'huge':
      return stream(response, { status: 200, body: '' }, createHugeBody());
    case 'slow-body':
      return stream(response, answer, createSlowBody(answer.body));
    case 'partial':
      response.writeHead(answer.status, listHeaders(answer));
      response.write(answer.body.slice(0, answer.body.length / 2), () => response.destroy());
      return undefined;
    case 'already-captured':
      return sendAnswer(response, createProblem(409, 'already-captured', 'look it up by its key'));
  }
}

/** RST in place of FIN, so that the client sees ECONNRESET. */
function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

function stream(
  response: ServerResponse,
  answer: Answer,
  body: AsyncIterable<string | Buffer>,
): void {
  if (response.destroyed) return;
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  // A client that hangs up in the middle is the expected end.
  pipeline(Readable.from(body), response).catch(() => undefined);
}

async function* createHugeBody(): AsyncGenerator<string | Buffer> {
  yield '{"id":"';
  for (let sent = 0; sent < HUGE_BYTES; sent += HUGE_CHUNK.length) yield HUGE_CHUNK;
  yield '","status":"captured"}';
}

async function* createSlowBody(text: string): AsyncGenerator<string> {
  for (const character of text) {
    yield character;
    await wait(SLOW_BYTE_MS, undefined, { ref: false });
  }
}
