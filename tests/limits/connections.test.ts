import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBearers } from '../authorisation/bearer-tokens.ts';
import { findApi } from '../authorisation/find-api.ts';
import { abandonBytes } from '../fuzz/exchange-bytes.ts';
import { startStores, type Stores } from '../harness/start-stores.ts';
import { startSystem, type System } from '../harness/start-system.ts';
import { printAttacks, withstand } from './attack.ts';
import { canariesOf, findSecrets } from '../harness/find-secrets.ts';
import { sendHugeBody } from './huge-bodies.ts';
import { readFileLimit } from './measure-process.ts';
import { closeConnections, openConnections } from './open-connections.ts';
import { countConnected, openSlowReaders } from './slow-readers.ts';

const WANTED = 10_000;
/** What the two processes open besides. */
const OTHER_FILES = 500;

let stores: Stores;
let system: System;
let url: string;

beforeAll(async () => {
  stores = await startStores();
  // Who waits for less than five seconds is to be served, however slow this machine is.
  const env = { MAX_CONNECTIONS: String(2 * WANTED), MAX_EVENT_LOOP_DELAY_MS: '5000' };
  const api = { env };
  system = await startSystem({ stores, workers: [], api });
  ({ url } = await findApi(system));
});

afterAll(async () => {
  printAttacks();
  await system?.close();
  await stores?.close();
});

test('ten thousand idle connections cost a bounded amount of memory and nobody else his answer', async () => {
  const limit = await readFileLimit();
  const count = Math.min(WANTED, limit - OTHER_FILES);
  if (count < WANTED) console.log(`only ${count} connections: ulimit -n is ${limit}`);
  const request = 'GET /problems/not-found HTTP/1.1\r\nHost: api.test\r\n\r\n';
  let sockets: Socket[] = [];
  await withstand(system, url, {
    name: `${count} idle connections`,
    maxGrowthMib: 400,
    begin: async ({ port }) => {
      sockets = await openConnections(port, count, request);
      const kept = await countConnected(sockets, 2_000);
      expect(kept).toBe(count);
      return `${kept} kept`;
    },
    end: () => closeConnections(sockets),
  });
});

test('who connects and says nothing is cut off within five seconds', async () => {
  let sockets: Socket[] = [];
  await withstand(system, url, {
    name: '500 silent connections',
    maxGrowthMib: 100,
    begin: async ({ port }) => {
      sockets = await openConnections(port, 500, null);
      for (const socket of sockets) socket.resume();
      const kept = await countConnected(sockets, 5_000);
      expect(kept).toBe(0);
      return 'all cut off';
    },
    end: () => closeConnections(sockets),
  });
});

test.each(['customer', 'wrong secret', 'garbage', 'none'] as const)(
  'clients that leave before they are answered harm nobody, their token being: %s',
  async (kind) => {
    const authorization = createBearers()[kind];
    const header = authorization === null ? '' : `Authorization: ${authorization}\r\n`;
    const request = `GET /orders HTTP/1.1\r\nHost: api.test\r\n${header}\r\n`;
    await withstand(system, url, {
      name: `1,000 that leave, ${kind}`,
      maxGrowthMib: 100,
      begin: async ({ port }) => {
        for (let n = 0; n < 1_000; n += 250) {
          const leaving = Array.from({ length: 50 }, () =>
            abandonBytes(port, Buffer.from(request)),
          );
          await Promise.all(leaving);
        }
        return '';
      },
      end: async () => {},
    });
  },
);

test('clients that ask and ask and never read do not fill the memory', async () => {
  let sockets: Socket[] = [];
  // The longest answer that anybody can ask for: together 0.7 GB.
  const request = 'GET /openapi.json HTTP/1.1\r\nHost: api.test\r\n\r\n';
  await withstand(system, url, {
    name: '300 slow readers × 20 requests',
    maxGrowthMib: 300,
    begin: async ({ port }) => {
      sockets = await openSlowReaders(port, 300, request.repeat(20));
      const kept = await countConnected(sockets, 3_000);
      return `${kept} still connected`;
    },
    end: () => closeConnections(sockets),
  });
});

test.each([
  ['content-length', 'customer'],
  ['content-length', 'none'],
  ['chunked', 'customer'],
  ['chunked', 'none'],
] as const)(
  'a body of 100 MB by %s from %s is refused before it has arrived',
  async (framing, kind) => {
    const authorization = createBearers()[kind];
    await withstand(system, url, {
      name: `20 × 100 MB, ${framing}, ${kind}`,
      maxGrowthMib: 150,
      begin: async ({ port }) => {
        const uploads = await Promise.all(
          Array.from({ length: 20 }, () => sendHugeBody(port, authorization, 100, framing)),
        );
        const statuses = new Set(uploads.map(({ status }) => status));
        const most = Math.max(...uploads.map(({ sentMib }) => sentMib));
        return `answered ${Array.from(statuses).join(', ')}, at most ${most} MiB each taken`;
      },
      end: async () => {},
    });
  },
);

test('nothing of all this has put a secret into the logs', async () => {
  const { findings } = await findSecrets(system.logsFolder, canariesOf(stores, createBearers()));
  expect(findings).toEqual([]);
});
