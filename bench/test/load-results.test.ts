import { expect, test } from 'vitest';
import { parseWrk } from '../src/load/create-wrk.ts';
import { makeOrder } from '../src/load/make-order.ts';
import { readStatus } from '../src/load/open-connection.ts';
import { parseMemory } from '../src/measure/read-memory.ts';
import { parseStat } from '../src/measure/read-cpu.ts';

test('orders refused by the service do not count as answered', () => {
  const output = `Running 2s test\n\nRESULT {"durationUs":2000000,"requests":1000,"refused":40,"connect":0,"read":3,"write":0,"timeout":1,"p50Us":1500,"p99Us":20000,"maxUs":30000}\n`;
  expect(parseWrk(output)).toEqual({
    seconds: 2,
    answered: 960,
    failed: 44,
    p50Ms: 1.5,
    p99Ms: 20,
  });
});

test('output without a result is an error, not a zero', () => {
  expect(() => parseWrk('unable to connect')).toThrow(/without a result/);
});

test('no customer gets the same basket twice, in one run or in several', () => {
  const seen = new Set<string>();
  for (const run of [1, 2, 3]) {
    for (let count = 0; count < 30_000; count += 1) {
      const { customer, body } = makeOrder(run, count);
      const skus = body.match(/BENCH-\d{4}/g) ?? [];
      expect(new Set(skus).size).toBe(2);
      const basket = `${customer} ${skus.sort().join(' ')}`;
      expect(seen.has(basket)).toBe(false);
      seen.add(basket);
    }
  }
});

test('an answer counts once its whole body has arrived', () => {
  const head = 'HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\n';
  expect(readStatus('HTTP/1.1 201 Cre')).toBeNull();
  expect(readStatus(`${head}1234`)).toBeNull();
  expect(readStatus(`${head}12345`)).toBe(201);
});

test('CPU time is read whatever the name of the process contains', () => {
  const stat = '42 (a) b (c)) S 7 42 42 0 -1 4194560 100 200 0 0 11 22 33 44 20 0 1 0 500 0 0';
  expect(parseStat(stat)).toEqual({ parent: 7, ticks: 110 });
});

test('memory is told in megabytes, now and at its peak', () => {
  const status = 'Name:\tnode\nVmHWM:\t  200000 kB\nVmRSS:\t  100000 kB\n';
  expect(parseMemory(status)).toEqual({ nowMb: 102.4, peakMb: 204.8 });
  expect(parseMemory('')).toEqual({ nowMb: 0, peakMb: 0 });
});
