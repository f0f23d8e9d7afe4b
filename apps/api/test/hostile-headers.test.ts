import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { KEYBOARD } from './catalogue.ts';
import { type HostileServer, startHostileServer } from './hostile-server.ts';
import { bearer } from './tokens.ts';

let server: HostileServer;
beforeAll(async () => {
  server = await startHostileServer();
});
afterEach(() => server.expectUnharmed());
afterAll(() => server?.close());

const BODY = JSON.stringify({ items: [{ sku: KEYBOARD, quantity: 1 }], allowDuplicate: true });
const JSON_TYPE = ['Content-Type', 'application/json'] as const;
const authorization = ['Authorization', await bearer()] as const;

describe('another body than plain JSON is refused with 415', () => {
  test.each<[string, readonly (readonly [string, string])[]]>([
    ['no content type', []],
    ['an empty content type', [['Content-Type', '']]],
    ['text/plain', [['Content-Type', 'text/plain']]],
    ['a form', [['Content-Type', 'application/x-www-form-urlencoded']]],
    ['multipart', [['Content-Type', 'multipart/form-data; boundary=x']]],
    ['charset=utf-16', [['Content-Type', 'application/json; charset=utf-16']]],
    ['charset=iso-8859-1', [['Content-Type', 'application/json;charset=iso-8859-1']]],
    ['charset twice', [['Content-Type', 'application/json; charset=utf-8; charset=utf-16']]],
    ['a parameter', [['Content-Type', 'application/json; profile=x']]],
    ['another JSON', [['Content-Type', 'application/vnd.api+json']]],
    ['a list of types', [['Content-Type', 'application/json, text/plain']]],
    ['two content types', [JSON_TYPE, ['content-type', 'text/plain']]],
    ['gzip', [JSON_TYPE, ['Content-Encoding', 'gzip']]],
    ['a gzip label on plain bytes in capitals', [JSON_TYPE, ['CONTENT-ENCODING', 'GZIP']]],
    ['identity', [JSON_TYPE, ['Content-Encoding', 'identity']]],
    ['no encoding at all, but the header', [JSON_TYPE, ['Content-Encoding', '']]],
  ])('%s', async (_what, headers) => {
    const answer = await server.send({ headers: [authorization, ...headers], body: BODY });
    server.expectRefusal(answer, { status: 415, slug: 'unsupported-media-type' });
  });

  test.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
  ])('%s is plain JSON', async (type) => {
    const answer = await server.sendAsCustomer({ headers: [['Content-Type', type]], body: BODY });
    expect(answer.status).toBe(201);
  });
});

describe('an Idempotency-Key that is none is refused with 400', () => {
  const key = (value: string) => [['Idempotency-Key', value]] as const;
  test.each<[string, readonly (readonly [string, string])[]]>([
    ['empty', key('')],
    ['an empty quoted string', key('""')],
    ['256 characters', key('k'.repeat(256))],
    ['256 characters quoted', key(`"${'k'.repeat(256)}"`)],
    ['a tab', key('a\tb')],
    ['a space', key('a b')],
    ['a space quoted', key('"a b"')],
    ['Latin-1', key('caf\u00e9')],
    ['a byte above ASCII', key('a\u00ffb')],
    ['an unfinished quoted string', key('"abc')],
    ['a quoted string with a bad escape', key(String.raw`"a\b"`)],
    ['a quoted string with parameters', key('"abc";v=1')],
    ['sent twice, different', [...key('a'), ...key('b')]],
    ['sent twice, equal', [...key('a'), ...key('a')]],
    ['sent twice in other letters', [...key('a'), ['idempotency-key', 'a']]],
  ])('%s', async (_what, headers) => {
    const answer = await server.sendAsCustomer({ headers, body: BODY });
    server.expectRefusal(answer, { status: 400, slug: 'idempotency-key-invalid' });
  });

  test.each([
    ['255 characters', 'k'.repeat(255)],
    ['255 characters quoted', `"${'q'.repeat(255)}"`],
    [
      'every visible ASCII character',
      Array.from({ length: 94 }, (_, at) => String.fromCharCode(0x21 + at)).join(''),
    ],
    ['escapes', String.raw`"a\"b\\c"`],
  ])('%s is one', async (_what, value) => {
    const request = { headers: key(value), body: BODY };
    const [first, second] = [
      await server.sendAsCustomer(request),
      await server.sendAsCustomer(request),
    ];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body['id']).toBe(first.body['id']);
  });

  test('the same key with another body is refused with 422', async () => {
    await server.sendAsCustomer({ headers: key('reused'), body: BODY });
    const other = JSON.stringify({ items: [{ sku: KEYBOARD, quantity: 2 }] });
    const answer = await server.sendAsCustomer({ headers: key('reused'), body: other });
    server.expectRefusal(answer, { status: 422, slug: 'idempotency-key-reused' });
  });

  test('a control byte is refused before it becomes a request', async () => {
    const answer = await server.sendAsCustomer({ headers: key('a\u0001b'), body: BODY });
    server.expectRefusal(answer, { status: 400, slug: 'validation-error' });
  });
});

test('an expectation that nobody knows is no reason to refuse', async () => {
  const headers = [['Expect', 'something-else']] as const;
  const answer = await server.sendAsCustomer({ headers, body: BODY });
  expect(answer.status).toBe(201);
});
