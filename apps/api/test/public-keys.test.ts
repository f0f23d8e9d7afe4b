import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build, type TestApi } from './build.ts';
import { AUDIENCE, ISSUER, mintToken } from './tokens.ts';

const KNOWN_ID = '/orders/01939f2c-6b1e-7c3a-9d7e-5a1f0c2b3d4e';
type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

let keys: KeyPair;
let published: JWK[] = [];
let keyServer: Server;
let url: string;
let api: TestApi;

const environment = () => ({ JWT_SECRET: '', JWKS_URL: url });

beforeAll(async () => {
  keys = await generateKeyPair('ES256');
  published = [{ ...(await exportJWK(keys.publicKey)), kid: 'first', alg: 'ES256', use: 'sig' }];
  keyServer = createServer((_request, response) =>
    response.end(JSON.stringify({ keys: published })),
  );
  await new Promise<void>((resolve) => keyServer.listen(0, '127.0.0.1', resolve));
  const { port } = keyServer.address() as AddressInfo;
  url = `http://127.0.0.1:${port}/keys`;
  api = await build({ env: environment() });
});

afterAll(async () => {
  await api?.close();
  keyServer?.closeAllConnections();
  await new Promise((resolve) => keyServer?.close(resolve));
});

function sign(
  privateKey: KeyPair['privateKey'],
  header: { alg: string; kid?: string },
): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  return new SignJWT({ sub: 'customer-1', iss: ISSUER, aud: AUDIENCE, exp: now + 300 })
    .setProtectedHeader(header)
    .sign(privateKey);
}

/** 503 for whoever got past authentication: there is no PostgreSQL here. */
async function statusFor(token: string, target = api): Promise<number> {
  const { status } = await target.ask({
    url: KNOWN_ID,
    headers: { authorization: `Bearer ${token}` },
  });
  return status === 503 ? 200 : status;
}

describe('with JWKS_URL', () => {
  test('a token signed by a published key is believed', async () => {
    expect(await statusFor(await sign(keys.privateKey, { alg: 'ES256', kid: 'first' }))).toBe(200);
  });

  test('an unknown kid is refused', async () => {
    expect(await statusFor(await sign(keys.privateKey, { alg: 'ES256', kid: 'other' }))).toBe(401);
  });

  test('a key that is not published is refused', async () => {
    const stranger = await generateKeyPair('ES256');
    expect(await statusFor(await sign(stranger.privateKey, { alg: 'ES256', kid: 'first' }))).toBe(
      401,
    );
  });

  test('another algorithm than the key is for is refused', async () => {
    const rsa = await generateKeyPair('RS256');
    expect(await statusFor(await sign(rsa.privateKey, { alg: 'RS256', kid: 'first' }))).toBe(401);
  });

  test('the public key passed off as a shared secret is refused', async () => {
    const secret = await exportSPKI(keys.publicKey);
    expect(await statusFor(await mintToken({}, { secret, kid: 'first' }))).toBe(401);
  });
});

describe('when the keys cannot be fetched', () => {
  test('nobody is called a liar: 503, and again as soon as they can', async () => {
    let away = true;
    const moody = createServer((_request, response) => {
      response.statusCode = away ? 500 : 200;
      response.end(JSON.stringify({ keys: published }));
    });
    await new Promise<void>((resolve) => moody.listen(0, '127.0.0.1', resolve));
    const { port } = moody.address() as AddressInfo;
    const target = await build({
      env: { ...environment(), JWKS_URL: `http://127.0.0.1:${port}/` },
    });
    try {
      const authorization = `Bearer ${await sign(keys.privateKey, { alg: 'ES256', kid: 'first' })}`;
      const answer = await target.ask({ url: '/orders/x', headers: { authorization } });
      expect(answer.status).toBe(503);
      expect(answer.headers['retry-after']).toBe('5');
      away = false;
      const later = await target.ask({ url: '/orders/x', headers: { authorization } });
      expect(later.status).toBe(400);
    } finally {
      await target.close();
      moody.closeAllConnections();
      await new Promise((resolve) => moody.close(resolve));
    }
  });
});
