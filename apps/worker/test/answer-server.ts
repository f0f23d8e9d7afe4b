import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AnswerServer {
  readonly url: string;
  /** What was asked, in order. */
  readonly seen: { readonly method: string; readonly path: string; readonly key: string | null }[];
  close(): Promise<void>;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A partner that answers as the test says, over real HTTP. */
export async function startAnswerServer(answer: Answer): Promise<AnswerServer> {
  const seen: AnswerServer['seen'] = [];
  const server = createServer((request, response) => {
    const key = request.headers['idempotency-key'];
    seen.push({
      method: request.method ?? '',
      path: request.url ?? '',
      key: typeof key === 'string' ? key : null,
    });
    request.resume().on('end', () => answer(request, response));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
