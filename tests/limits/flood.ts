import { Agent, request } from 'node:http';

export interface Flood {
  readonly url: string;
  readonly method?: string;
  readonly path: string;
  readonly authorization: string | null;
  /** A body for each request, by its number. */
  readonly body?: (n: number) => object;
  readonly requests: number;
  /** At the same time. */
  readonly connections: number;
}

export interface FloodResult {
  /** How many were answered how; 0 stands for no answer. */
  readonly byStatus: ReadonlyMap<number, number>;
  /** Answers that lack what their status promises. */
  readonly incomplete: number;
}

/** The headers that tell a client when to come back. */
const PROMISED: Readonly<Record<number, readonly string[]>> = {
  429: ['retry-after', 'ratelimit', 'ratelimit-policy'],
  503: ['retry-after'],
};

/** Sends requests as fast as they are answered, all connections at once. */
export async function sendFlood(flood: Flood): Promise<FloodResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: flood.connections });
  const byStatus = new Map<number, number>();
  let incomplete = 0;
  let next = 0;

  async function keepSending(): Promise<void> {
    while (next < flood.requests) {
      const n = next;
      next += 1;
      const { status, headers } = await sendOne(flood, agent, n);
      byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
      if ((PROMISED[status] ?? []).some((name) => headers[name] === undefined)) incomplete += 1;
    }
  }

  await Promise.all(Array.from({ length: flood.connections }, keepSending));
  agent.destroy();
  return { byStatus, incomplete };
}

export function statusesOf({ byStatus }: FloodResult): number[] {
  return Array.from(byStatus.keys()).toSorted((a, b) => a - b);
}

export function describeFlood({ byStatus }: FloodResult): string {
  return Array.from(byStatus)
    .toSorted(([a], [b]) => a - b)
    .map(([status, count]) => `${status}×${count}`)
    .join(' ');
}

function sendOne(
  { url, method = 'GET', path, authorization, body }: Flood,
  agent: Agent,
  n: number,
): Promise<{ status: number; headers: Readonly<Record<string, unknown>> }> {
  return new Promise((resolve) => {
    const fail = () => resolve({ status: 0, headers: {} });
    const headers = {
      ...(authorization !== null && { authorization }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const asked = request(`${url}${path}`, { method, agent, headers }, (response) => {
      response.resume();
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers }),
      );
      response.on('error', fail);
    });
    asked.on('error', fail);
    asked.end(body === undefined ? undefined : JSON.stringify(body(n)));
  });
}
