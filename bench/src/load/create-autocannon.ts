import { readFile } from 'node:fs/promises';
import autocannon from 'autocannon';
import type { Load, LoadGenerator, LoadResult, Workload } from './load-result.ts';
import { makeOrder } from './make-order.ts';

type Request = autocannon.Request;

/** Load by autocannon, in this process. */
export function createAutocannon(): LoadGenerator {
  return { name: 'autocannon', run: runAutocannon };
}

async function runAutocannon({ workload, port, connections, seconds }: Load): Promise<LoadResult> {
  const next = await createRequests(workload);
  const result = await autocannon({
    url: `http://127.0.0.1:${port}`,
    connections,
    duration: seconds,
    timeout: 10,
    requests: [{ setupRequest: (request) => ({ ...request, ...next() }) }],
  });
  const answered = result['2xx'];
  return {
    seconds: result.duration,
    answered,
    failed: result.non2xx + result.errors,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
  };
}

/** The same requests as those of the scripts for wrk. */
async function createRequests(workload: Workload): Promise<() => Request> {
  let count = 0;
  switch (workload.kind) {
    case 'place': {
      const tokens = await readLines(workload.tokensFile);
      return () => {
        const { customer, body } = makeOrder(workload.run, (count += 1));
        const isToken = workload.customerFrom === 'token';
        return {
          method: 'POST',
          path: '/orders',
          headers: {
            'content-type': 'application/json',
            'idempotency-key': `run${workload.run}-${count}`,
            ...(isToken && { authorization: `Bearer ${tokens[customer - 1] ?? ''}` }),
          },
          body: isToken ? body : `{"customerId":"customer-${customer}",${body.slice(1)}`,
        };
      };
    }
    case 'read': {
      const orders = (await readLines(workload.ordersFile)).map((line) => line.split(' '));
      return () => {
        const [id = '', token = ''] = orders[(count += 1) % orders.length] ?? [];
        return {
          method: 'GET',
          path: `/orders/${id}`,
          headers: { authorization: `Bearer ${token}` },
        };
      };
    }
  }
}

async function readLines(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8')).trim().split('\n');
}
