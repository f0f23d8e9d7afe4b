import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { RefusedRequest } from './refused-request.ts';

const MAX_ISSUES = 5;

/**
 * Reads the whole body as JSON of the given shape.
 * @throws RefusedRequest 413 when it is longer than `maxBytes`, 400 when it is not JSON, not of
 *   that shape, or ends early.
 */
export async function readBody<Schema extends z.ZodType>(
  request: IncomingMessage,
  schema: Schema,
  maxBytes: number,
): Promise<z.output<Schema>> {
  const parsed = schema.safeParse(parseJson(await readText(request, maxBytes)));
  if (parsed.success) return parsed.data;
  const detail = parsed.error.issues
    .slice(0, MAX_ISSUES)
    .map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`)
    .join('; ');
  throw new RefusedRequest(400, 'invalid-request', detail);
}

function readText(request: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) chunks.push(chunk);
      else reject(new RefusedRequest(413, 'payload-too-large', `more than ${maxBytes} bytes`));
    });
    request.on('end', () => resolve(joinChunks(chunks)));
    request.on('error', () =>
      reject(new RefusedRequest(400, 'invalid-request', 'body ends early')),
    );
  });
}

/** Nearly every body arrives in one piece; copying it is spared. */
function joinChunks(chunks: readonly Buffer[]): string {
  const [only, second] = chunks;
  return only && !second ? only.toString() : Buffer.concat(chunks).toString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RefusedRequest(400, 'invalid-request', 'the body is not JSON');
  }
}
