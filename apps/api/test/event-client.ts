import { get, type IncomingMessage } from 'node:http';

export interface ReceivedEvent {
  readonly id: string;
  readonly data: Record<string, unknown>;
}

export interface EventClient {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Everything that came so far. */
  text(): string;
  events(): ReceivedEvent[];
  /** Numbers of the events that came so far. */
  seqs(): number[];
  /** Resolves when the connection is gone. */
  readonly ended: Promise<void>;
  /** Reads no more from now on, without hanging up. */
  stall(): void;
  hangUp(): void;
}

/** Asks for a stream of events as a browser does, over a connection of its own. */
export function openEvents(url: string, headers: Record<string, string>): Promise<EventClient> {
  return new Promise((resolve, reject) => {
    const accept = 'text/event-stream';
    const request = get(url, { agent: false, headers: { accept, ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => (text += String(chunk)));
      const events = () => parseEvents(text);
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text: () => text,
        events,
        seqs: () => events().map(({ id }) => Number(id)),
        ended: new Promise((end) => {
          response.once('close', end);
        }),
        stall: () => response.pause(),
        hangUp: () => request.destroy(),
      });
      response.on('error', () => {});
    });
    request.on('error', reject);
  });
}

function parseEvents(text: string): ReceivedEvent[] {
  const blocks = text.split('\n\n').slice(0, -1);
  return blocks.flatMap((block) => {
    const [, id, data] = /^id: (\d+)\ndata: (.+)$/.exec(block) ?? [];
    return id === undefined || data === undefined ? [] : [{ id, data: JSON.parse(data) }];
  });
}
