import { Agent } from 'undici';
import { afterEach, expect, test } from 'vitest';
import { send } from '../src/payment/send.ts';
import { type AnswerServer, startAnswerServer } from './answer-server.ts';

let closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.map((close) => close()));
  closers = [];
});

async function start(answer: Parameters<typeof startAnswerServer>[0]) {
  const server: AnswerServer = await startAnswerServer(answer);
  const agent = new Agent({ connections: 1, pipelining: 1 });
  closers.push(() => agent.destroy(), server.close);
  const ask = (timeoutMs: number) =>
    send(
      agent,
      { origin: server.url, path: '/x', method: 'GET', headers: {}, body: null },
      timeoutMs,
    );
  return { server, agent, ask };
}

test('an answer comes whole, with its status and headers, also in pieces', async () => {
  const { ask } = await start((_, response) => {
    response.writeHead(203, { 'x-kind': 'pieces' });
    const euro = Buffer.from('€uro');
    response.write(euro.subarray(0, 1));
    setImmediate(() => response.end(euro.subarray(1)));
  });
  const answer = await ask(5_000);
  expect(answer).toMatchObject({ status: 203, text: '€uro' });
  expect(answer.headers['x-kind']).toBe('pieces');
});

test('a call that gets no connection in time ends, and is not sent afterwards', async () => {
  const held: (() => void)[] = [];
  const { server, ask } = await start((_, response) => {
    held.push(() => response.end('late'));
  });
  const first = ask(20_000);
  await expect.poll(() => held.length).toBe(1);
  await expect(ask(50)).rejects.toThrow('no whole answer within 50 ms');
  held[0]?.();
  expect(await first).toMatchObject({ status: 200, text: 'late' });

  const next = ask(20_000);
  await expect.poll(() => held.length).toBe(2);
  held[1]?.();
  expect(await next).toMatchObject({ status: 200 });
  expect(server.seen).toHaveLength(2);
});

test('an answer that stops halfway ends with the time-out, and the next call gets its own', async () => {
  let stops = true;
  const { ask } = await start((_, response) => {
    response.write('half');
    if (!stops) response.end(' and half');
    stops = false;
  });
  await expect(ask(100)).rejects.toThrow('no whole answer within 100 ms');
  expect(await ask(5_000)).toMatchObject({ text: 'half and half' });
});

test('nobody there, and a dispatcher that is closed, are errors', async () => {
  const { server, agent, ask } = await start((_, response) => response.end());
  await server.close();
  await expect(ask(5_000)).rejects.toThrow();
  await agent.destroy();
  await expect(ask(5_000)).rejects.toThrow('destroyed');
});
