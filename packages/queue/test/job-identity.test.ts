import { fc, test } from '@fast-check/vitest';
import { jobId, shardOf } from '@orders/queue/job-identity';
import { parseRedisUrl } from '@orders/queue/parse-redis-url';
import { describe, expect } from 'vitest';

test.prop([fc.uuid(), fc.integer({ min: 1, max: 64 })])(
  'an order always has the same shard, one of those there are',
  (orderId, shards) => {
    const shard = shardOf(orderId, shards);
    expect(shard).toBe(shardOf(orderId, shards));
    expect(Number.isInteger(shard) && shard >= 0 && shard < shards).toBe(true);
  },
);

test('ids made in the same millisecond spread over all shards', () => {
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 4_000; i += 1) {
    const shard = shardOf(`01934c6e-7f00-7000-8000-${i.toString(16).padStart(12, '0')}`, 4);
    counts[shard] = (counts[shard] ?? 0) + 1;
  }
  for (const count of counts) expect(count).toBeGreaterThan(800);
});

test('a job id is one that the queue accepts', () => {
  expect(jobId('0193-a', 3)).toBe('order-0193-a-3');
  expect(jobId('0193-a', 3)).not.toContain(':');
});

describe('parseRedisUrl', () => {
  test('reads every part', () => {
    expect(parseRedisUrl('redis://localhost')).toEqual({
      cluster: false,
      nodes: [{ host: 'localhost', port: 6379 }],
      db: 0,
    });
    expect(parseRedisUrl('rediss://app:p%40ss@cache.internal:6380/2')).toEqual({
      cluster: false,
      nodes: [{ host: 'cache.internal', port: 6380 }],
      username: 'app',
      password: 'p@ss',
      db: 2,
      tls: { servername: 'cache.internal' },
    });
    expect(parseRedisUrl('redis://:secret@[::1]:7000')).toMatchObject({
      nodes: [{ host: '::1', port: 7000 }],
      password: 'secret',
    });
    expect(parseRedisUrl('redis+cluster://a:1,b:2,c')).toMatchObject({
      cluster: true,
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
        { host: 'c', port: 6379 },
      ],
    });
  });

  test('refuses what it cannot use, without showing it', () => {
    for (const url of [
      'http://:canary@x',
      'redis://:canary@a,b',
      'redis://:canary@x/abc',
      'redis+cluster://:canary@x/1',
      'redis://:canary@a:b:c',
      '',
    ]) {
      expect(() => parseRedisUrl(url), url).toThrow(/REDIS_URL/);
      expect(() => parseRedisUrl(url), url).not.toThrow(/canary/);
    }
  });
});
