import type { Dispatcher } from 'undici';

export interface Request {
  readonly origin: string;
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

const decoder = new TextDecoder();

/** Told with nothing sent, or while the answer is on its way. */
class TimeOutError extends Error {
  override readonly name = 'TimeOutError';

  constructor(ms: number) {
    super(`no whole answer within ${ms} ms`);
  }
}

/**
 * Sends a request and collects its answer. `timeoutMs` bounds all of it, the wait for a free
 * connection included: the dispatcher's own time-outs start anew with every byte.
 *
 * Made on `dispatch`, from which undici's `request` is made, too: that one builds a stream and needs
 * an AbortSignal for each call, which is most of what a call costs this process.
 *
 * @throws TimeOutError; what undici throws when there is no answer, or one that is too long
 */
export function send(dispatcher: Dispatcher, request: Request, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let status = 0;
    let headers: Answer['headers'] = {};
    const chunks: Buffer[] = [];
    let error: TimeOutError | undefined;

    const timer = setTimeout(() => {
      error = new TimeOutError(timeoutMs);
      // Still waiting for a connection: it is refused when its turn comes.
      if (controller === undefined) reject(error);
      else controller.abort(error);
    }, timeoutMs);

    dispatcher.dispatch(request, {
      onRequestStart: (started) => {
        controller = started;
        if (error !== undefined) started.abort(error);
      },
      onResponseStart: (_, statusCode, received) => {
        status = statusCode;
        headers = received;
      },
      onResponseData: (_, chunk) => {
        chunks.push(chunk);
      },
      onResponseEnd: () => {
        clearTimeout(timer);
        const [first] = chunks;
        const whole = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
        resolve({ status, headers, text: decoder.decode(whole) });
      },
      onResponseError: (_, cause) => {
        clearTimeout(timer);
        reject(cause);
      },
    });
  });
}
