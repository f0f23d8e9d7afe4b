import fc from 'fast-check';

/** Names and values as they go on the wire, in this order, as often as they stand here. */
export type Headers = readonly (readonly [string, string])[];

const one = (name: string, ...values: readonly string[]): fc.Arbitrary<Headers> =>
  fc.constantFrom(...values).map((value) => [[name, value]]);

const times = '"1", '.repeat(300);

/** What clients, proxies and attackers put into headers. None of them changes the body's framing. */
export const HEADER_GAMES: fc.Arbitrary<Headers> = fc.oneof(
  one(
    'accept',
    'text/html',
    '*/*;q=0',
    'application/xml',
    '',
    'a'.repeat(2_000),
    'text/event-stream',
  ),
  one('accept', 'application/json;q=0.1, text/event-stream', 'application/problem+json', '\u00ff'),
  one('accept-encoding', 'gzip', 'identity;q=0', 'br, *;q=0', '\u00e9'),
  one('content-type', 'text/plain', 'application/json; charset=utf-16', '', 'application/xml'),
  one('content-encoding', 'gzip', 'identity', 'br, gzip', ''),
  one('if-match', '*', '"1"', 'W/"1"', '"999999999999999999999"', '', 'x', '"', times),
  one('if-none-match', '*', '"1"', 'W/"1"', '"\u00e9"', '', times),
  one('if-modified-since', 'Thu, 01 Jan 1970 00:00:00 GMT', 'yesterday'),
  one('idempotency-key', '', '""', 'k'.repeat(256), '"abc', 'a b', 'caf\u00e9', '"a";v=1'),
  fc.constant([
    ['idempotency-key', 'a'],
    ['Idempotency-Key', 'a'],
  ]),
  one('prefer', 'wait=0', 'wait=1', 'wait=-1', 'wait=', 'wait=abc', 'wait=1.5', 'wait=NaN'),
  one(
    'prefer',
    'respond-async, wait=1',
    'return=minimal',
    'wait=1, wait=0',
    '',
    ',,,',
    '='.repeat(99),
  ),
  one('last-event-id', '0', '-1', '1e9', '99999999999999999999', 'abc', ''),
  one('x-forwarded-for', '203.0.113.9', '127.0.0.1, 10.0.0.1', "'; DROP TABLE orders; --"),
  one('x-request-id', 'mine', '{"level":60}', 'a'.repeat(5_000), '../../x'),
  one('x-http-method-override', 'DELETE', 'PUT'),
  one('x-original-url', '/admin/dead-letters', '/metrics'),
  one('range', 'bytes=0-0', 'bytes=-1', 'bytes=0-99999999999', 'pages=1-2'),
  one('expect', '100-continue', 'x'),
  one('upgrade', 'websocket', 'h2c'),
  one('cookie', '__proto__=1; a=b', '='.repeat(1_000)),
  one('origin', 'https://evil.test', 'null'),
  one('host', 'evil.test', '', '127.0.0.1:1', '[::1]', 'a'.repeat(300)),
  one('authorization', 'Basic YTpi', 'Bearer', 'Bearer a b', 'bearer', 'Digest x', '\u00ff'),
  one('te', 'trailers', 'chunked'),
  one('cache-control', 'no-cache', 'max-age=-1'),
  one('x\u0000y', '1'),
  one('x-control', 'a\u0001b', 'a\u0000b', 'a\tb'),
  one('x-split', 'a\r\nx-injected: 1'),
  one('x-long', 'x'.repeat(7_000), 'x'.repeat(17_000)),
  fc.constant(Array.from({ length: 150 }, (_, at) => [`x-${at}`, 'v'] as const)),
  fc.constant(Array.from({ length: 2_500 }, (_, at) => [`y${at}`, 'v'] as const)),
);
