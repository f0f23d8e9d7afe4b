import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { KEYBOARD } from './catalogue.ts';
import { type HostileServer, startHostileServer } from './hostile-server.ts';
import { AUDIENCE, bearer, ISSUER, mintToken } from './tokens.ts';

let server: HostileServer;
beforeAll(async () => {
  server = await startHostileServer();
});
afterEach(() => server.expectUnharmed());
afterAll(() => server?.close());

const BODY = JSON.stringify({ items: [{ sku: KEYBOARD, quantity: 1 }], allowDuplicate: true });
const JSON_TYPE = ['Content-Type', 'application/json'] as const;
const authorization = ['Authorization', await bearer()] as const;

/** A token with a header and payload of one's own and any signature. */
function forge(header: object, payload: object, signature = 'c2ln'): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  return `${encode(header)}.${encode(payload)}.${signature}`;
}

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds;
const claims = { iss: ISSUER, aud: AUDIENCE, sub: 'customer-1', exp: inSeconds(300) };
const good = await mintToken();
const rsa = { alg: 'RS256', typ: 'JWT' };

const token = (value: string) => [['Authorization', `Bearer ${value}`]] as const;

const REFUSED: [string, readonly (readonly [string, string])[]][] = [
  ['no token', []],
  ['an empty header', [['Authorization', '']]],
  ['Basic', [['Authorization', 'Basic Y3VzdG9tZXItMTp4']]],
  ['Bearer without a token', [['Authorization', 'Bearer']]],
  ['a token without a scheme', [['Authorization', good]]],
  ['two tokens in one header', [['Authorization', `Bearer ${good} ${good}`]]],
  ['two Authorization headers', [authorization, authorization]],
  ['two Authorization headers, one of them empty', [authorization, ['authorization', '']]],
  ['a token in the query only', []],
  ['alg none', token(forge({ alg: 'none' }, claims, ''))],
  ['alg None with a signature', token(forge({ alg: 'None' }, claims))],
  ['an algorithm of another family', token(forge(rsa, claims))],
  ['HS512 with the right secret', token(await mintToken({}, { alg: 'HS512' }))],
  ['an unknown kid', token(await mintToken({}, { kid: 'another' }))],
  ['a kid with a path', token(await mintToken({}, { kid: '../../../dev/null' }))],
  ['an unknown critical header', token(forge({ alg: 'HS256', crit: ['x'], x: 1 }, claims))],
  [
    'a key inside the token',
    token(forge({ alg: 'HS256', jwk: { kty: 'oct', k: 'c2VjcmV0' } }, claims)),
  ],
  ['a wrong secret', token(await mintToken({}, { secret: 'x'.repeat(64) }))],
  ['a bad signature', token(`${good.slice(0, -4)}AAAA`)],
  [
    'a changed payload',
    token(
      good.replace(
        /\.[^.]+\./,
        `.${Buffer.from(JSON.stringify({ ...claims, sub: 'customer-2' })).toString('base64url')}.`,
      ),
    ),
  ],
  ['expired', token(await mintToken({ exp: inSeconds(-1) }))],
  ['not yet valid', token(await mintToken({ nbf: inSeconds(60) }))],
  ['another issuer', token(await mintToken({ iss: 'https://other.test' }))],
  ['no issuer', token(await mintToken({ iss: undefined }))],
  ['another audience', token(await mintToken({ aud: 'other' }))],
  ['no audience', token(await mintToken({ aud: undefined }))],
  ['no exp', token(await mintToken({ exp: undefined }))],
  ['exp as a text', token(await mintToken({ exp: String(inSeconds(300)) }))],
  ['no sub', token(await mintToken({ sub: undefined }))],
  ['an empty sub', token(await mintToken({ sub: '' }))],
  ['sub as a number', token(await mintToken({ sub: 1 }))],
  ['a sub with a NUL', token(await mintToken({ sub: 'a\u0000b' }))],
  ['a sub of 300 characters', token(await mintToken({ sub: 'x'.repeat(300) }))],
  ['a token of 10 KB', token(await mintToken({ padding: 'x'.repeat(7_500) }))],
  ['no JSON inside', token('YWJj.YWJj.YWJj')],
  ['one part', token('abc')],
  ['five parts', token('a.b.c.d.e')],
  ['non-ASCII', token(`${good.slice(0, -1)}\u00e9`)],
];

describe('whoever does not prove who he is gets 401 with a challenge', () => {
  test.each(REFUSED)('%s', async (what, headers) => {
    const path = what.includes('query') ? `/orders?access_token=${good}` : '/orders';
    const answer = await server.send({ path, headers: [...headers, JSON_TYPE], body: BODY });
    server.expectRefusal(answer, { status: 401, slug: 'unauthorized' });
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="orders"/);
  });
});
