import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { KEYBOARD, TYPEWRITER } from './catalogue.ts';
import { type HostileServer, startHostileServer } from './hostile-server.ts';

let server: HostileServer;
beforeAll(async () => {
  server = await startHostileServer();
});
afterEach(() => server.expectUnharmed());
afterAll(() => server?.close());

/** A body that would be accepted, with some of it replaced. */
function body(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({ items: [{ sku: KEYBOARD, quantity: 1 }], ...changes });
}

const item = (changes: Record<string, unknown>) =>
  body({ items: [{ sku: KEYBOARD, quantity: 1, ...changes }] });

const rawQuantity = (literal: string) => `{"items":[{"sku":"${KEYBOARD}","quantity":${literal}}]}`;
const rawMember = (member: string) => `{"items":[{"sku":"${KEYBOARD}","quantity":1}],${member}}`;

describe('a body that is not JSON is refused with 400', () => {
  test.each([
    ['empty', ''],
    ['blank', '   '],
    ['truncated', body().slice(0, -3)],
    ['with trailing garbage', `${body()}x`],
    ['two documents', body() + body()],
    ['with NaN', rawQuantity('NaN')],
    ['with Infinity', rawQuantity('Infinity')],
    ['with a comment', `/* order */${body()}`],
    ['with single quotes', body().replaceAll('"', "'")],
    ['with a trailing comma', body().replace(']}', '],}')],
    ['with a raw NUL', body().replace('1', '\u0000')],
    ['with a raw control character in a string', rawMember('"metadata":{"a":"\u0001"}')],
    ['with invalid UTF-8', Buffer.from(rawMember('"metadata":{"a":"\xff\xfe"}'), 'latin1')],
    [
      'with overlong UTF-8',
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
    ],
    [
      'with a surrogate encoded in UTF-8',
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
    ],
    ['in UTF-16', Buffer.from(body(), 'utf16le')],
    ['naming __proto__', rawMember('"__proto__":{"isOperator":true}')],
    ['naming __proto__ deep inside', rawMember('"metadata":{"__proto__":"x"}')],
    ['naming __proto__ in disguise', rawMember(String.raw`"metadata":{"\u005f_proto__":"x"}`)],
    ['naming constructor.prototype', rawMember('"constructor":{"prototype":{"isOperator":true}}')],
  ])('%s', async (_what, text) => {
    const headers = text.length === 0 ? ([['Content-Length', '0']] as const) : [];
    const answer = await server.sendAsCustomer({ body: text, headers });
    server.expectRefusal(answer, { status: 400, slug: 'malformed-json' });
  });
});

describe('a body that does not fit its schema is refused with 400 and a pointer', () => {
  test.each([
    ['null', 'null', ''],
    ['an array', '[]', ''],
    ['a string', '"x"', ''],
    ['a number', '1', ''],
    ['an empty object', '{}', '/items'],
    ['constructor as an unknown member', rawMember('"constructor":"x"'), '/constructor'],
    ['an unknown member', body({ color: 'red' }), '/color'],
    ['an unknown member of an item', item({ color: 'red' }), '/items/0/color'],
    ['a status', body({ status: 'completed' }), '/status'],
    ['a price', item({ price: 1 }), '/items/0/price'],
    ['a unit price', item({ unitPrice: { amount: 1, currency: 'USD' } }), '/items/0/unitPrice'],
    ['a customer', body({ customerId: 'customer-2' }), '/customerId'],
    ['an id', body({ id: '01939f2c-6b1e-7c3a-9d7e-5a1f0c2b3d4e' }), '/id'],
    ['quantity "1"', item({ quantity: '1' }), '/items/0/quantity'],
    ['quantity 0', item({ quantity: 0 }), '/items/0/quantity'],
    ['quantity -1', item({ quantity: -1 }), '/items/0/quantity'],
    ['quantity 1.5', item({ quantity: 1.5 }), '/items/0/quantity'],
    ['quantity 1e400', rawQuantity('1e400'), '/items/0/quantity'],
    ['quantity 2^53', rawQuantity('9007199254740992'), '/items/0/quantity'],
    ['quantity 1001', item({ quantity: 1001 }), '/items/0/quantity'],
    ['quantity null', item({ quantity: null }), '/items/0/quantity'],
    ['quantity true', item({ quantity: true }), '/items/0/quantity'],
    ['quantity as an object', item({ quantity: { $gt: 0 } }), '/items/0/quantity'],
    ['no items', body({ items: [] }), '/items'],
    ['items as an object', body({ items: {} }), '/items'],
    [
      '101 items',
      body({ items: Array.from({ length: 101 }, (_, at) => ({ sku: `A-${at}`, quantity: 1 })) }),
      '/items',
    ],
    [
      'items that merge to more than 1000',
      body({ items: [1000, 1].map((quantity) => ({ sku: KEYBOARD, quantity })) }),
      '/items',
    ],
    ['metadata over 4 KiB', body({ metadata: { a: 'x'.repeat(4_096) } }), '/metadata'],
    [
      'metadata over 4 KiB by its key',
      body({ metadata: { ['k'.repeat(4_096)]: 'x' } }),
      '/metadata',
    ],
    [
      'metadata over 4 KiB in many members',
      body({
        metadata: Object.fromEntries(
          Array.from({ length: 50 }, (_, at) => [`key-${at}`, 'x'.repeat(100)]),
        ),
      }),
      '/metadata',
    ],
    ['metadata with a number', body({ metadata: { a: 1 } }), '/metadata/a'],
    ['metadata as a list', body({ metadata: ['a'] }), '/metadata'],
    ['an escaped NUL', body({ metadata: { a: 'x\u0000y' } }), '/metadata/a'],
    ['an escaped NUL in a key', body({ metadata: { 'x\u0000y': 'a' } }), '/metadata/x\u0000y'],
    ['a lone surrogate', rawMember(String.raw`"metadata":{"a":"\ud800"}`), '/metadata/a'],
    [
      'a reversed surrogate pair',
      rawMember(String.raw`"metadata":{"a":"\udc00\ud800"}`),
      '/metadata/a',
    ],
    [
      'a lone surrogate in a key',
      rawMember(String.raw`"metadata":{"\udfff":"a"}`),
      '/metadata/\ufffd',
    ],
    ['expectedTotal as a number', body({ expectedTotal: 1999 }), '/expectedTotal'],
    [
      'expectedTotal with a fraction',
      body({ expectedTotal: { amount: 19.99, currency: 'USD' } }),
      '/expectedTotal/amount',
    ],
    ['allowDuplicate "true"', body({ allowDuplicate: 'true' }), '/allowDuplicate'],
    ['a SKU in lower case', item({ sku: KEYBOARD.toLowerCase() }), '/items/0/sku'],
    ['a SKU of 10 kB', item({ sku: 'A'.repeat(10_000) }), '/items/0/sku'],
    ['a SKU with SQL', item({ sku: "A'; DROP TABLE orders; --" }), '/items/0/sku'],
    ['a SKU with a path', item({ sku: '../../etc/passwd' }), '/items/0/sku'],
    ['a SKU with homoglyphs', item({ sku: 'KEYB\u041eARD-0001' }), '/items/0/sku'],
    ['a SKU with a trailing newline', item({ sku: `${KEYBOARD}\n` }), '/items/0/sku'],
    ['a SKU with a NUL', item({ sku: `${KEYBOARD}\u0000` }), '/items/0/sku'],
  ])('%s', async (_what, text, pointer) => {
    const answer = await server.sendAsCustomer({ body: text });
    server.expectRefusal(answer, { status: 400, slug: 'validation-error' });
    expect(answer.body['errors']).toContainEqual(expect.objectContaining({ pointer }));
  });

  test('thousands of unknown members earn a short answer', async () => {
    const members = Array.from({ length: 5_000 }, (_, at) => `"m${at}":1`).join(',');
    const answer = await server.sendAsCustomer({ body: rawMember(members) });
    server.expectRefusal(answer, { status: 400, slug: 'validation-error' });
    expect(answer.text.length).toBeLessThan(5_000);
  });
});

describe('nesting 20,000 deep is refused in under 50 ms', () => {
  const deep = 20_000;
  test.each([
    ['arrays', '['.repeat(deep) + ']'.repeat(deep), 'validation-error'],
    ['arrays, never closed', '['.repeat(deep * 2), 'malformed-json'],
    ['arrays as the items', `{"items":${'['.repeat(deep)}${']'.repeat(deep)}}`, 'validation-error'],
    [
      'objects as metadata',
      `${'{"metadata":'.repeat(4_000)}1${'}'.repeat(4_000)}`,
      'validation-error',
    ],
    [
      'beside __proto__',
      `{"__proto__":1,"a":${'['.repeat(deep)}${']'.repeat(deep)}}`,
      'malformed-json',
    ],
  ])('%s', async (_what, text, slug) => {
    // The fastest of three: the machine may be busy with something else.
    const answers = [];
    for (let tries = 0; tries < 3; tries += 1) {
      answers.push(await server.sendAsCustomer({ body: text }));
    }
    const [fastest] = answers.toSorted((a, b) => a.ms - b.ms);
    for (const answer of answers) server.expectRefusal(answer, { status: 400, slug });
    expect(fastest?.ms).toBeLessThan(50);
  });
});

describe('what is understood but impossible is refused with 422', () => {
  test.each([
    [
      'an unknown SKU',
      item({ sku: 'NOBODY-KNOWS-IT' }),
      'unknown-sku',
      { skus: ['NOBODY-KNOWS-IT'] },
    ],
    [
      'a product that is not for sale',
      item({ sku: TYPEWRITER }),
      'inactive-product',
      { skus: [TYPEWRITER] },
    ],
    [
      'a total that the catalogue does not give',
      body({ expectedTotal: { amount: 1, currency: 'USD' } }),
      'total-mismatch',
      { total: { amount: 1999, currency: 'USD' } },
    ],
    [
      'a total in another currency',
      body({ expectedTotal: { amount: 1999, currency: 'EUR' } }),
      'total-mismatch',
      { total: { amount: 1999, currency: 'USD' } },
    ],
  ])('%s', async (_what, text, slug, members) => {
    const answer = await server.sendAsCustomer({ body: text });
    server.expectRefusal(answer, { status: 422, slug });
    expect(answer.body).toMatchObject(members);
  });
});

test('equal SKUs are merged and 1.0 is a whole number', async () => {
  const text = `{"items":[{"sku":"${KEYBOARD}","quantity":1.0},{"sku":"${KEYBOARD}","quantity":2}]}`;
  const answer = await server.sendAsCustomer({ body: text });
  expect(answer.status).toBe(201);
  expect(answer.body['items']).toMatchObject([{ sku: KEYBOARD, quantity: 3 }]);
});

test('thousands of wrong bodies leave the process as it was', async () => {
  const answers = await Promise.all(
    Array.from({ length: 500 }, (_, at) => server.sendAsCustomer({ body: `{"items":${at}` })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]));
});
