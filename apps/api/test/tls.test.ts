import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, type TestApi } from './build.ts';

const fixture = (name: string): string => new URL(`fixtures/${name}.pem`, import.meta.url).pathname;
const FILES = { TLS_CERT_FILE: fixture('localhost.cert'), TLS_KEY_FILE: fixture('localhost.key') };

let api: TestApi;
let port: number;
beforeAll(async () => {
  api = await build({ env: FILES });
  port = Number(new URL(await api.app.listen({ host: '127.0.0.1', port: 0 })).port);
});
afterAll(() => api?.close());

function get(path: string, ca?: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      path,
      agent: false,
      ...(ca === undefined ? {} : { ca }),
    };
    request(options, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    })
      .on('error', reject)
      .end();
  });
}

test('with a certificate it serves HTTPS, by the same rules', async () => {
  const ca = readFileSync(FILES.TLS_CERT_FILE);
  expect(await get('/openapi.json', ca)).toBe(200);
  expect(await get('/orders', ca)).toBe(401);
  expect(await get('/nothing', ca)).toBe(404);
});

test('who does not know the certificate does not trust it', async () => {
  await expect(get('/openapi.json')).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
});

test('plain HTTP is not served beside it', async () => {
  await expect(fetch(`http://127.0.0.1:${port}/openapi.json`)).rejects.toThrow();
});

test('a certificate without its key, or with another one, keeps the service from starting', async () => {
  const { TLS_CERT_FILE, TLS_KEY_FILE } = FILES;
  await expect(build({ env: { TLS_CERT_FILE } })).rejects.toThrow(/TLS_CERT.*go together/);
  const swapped = { TLS_CERT_FILE: TLS_KEY_FILE, TLS_KEY_FILE: TLS_CERT_FILE };
  await expect(build({ env: swapped })).rejects.toThrow(/not a pair/);
});
