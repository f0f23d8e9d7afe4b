// Writes docs/openapi.json, the document that the api serves at /openapi.json. With --check it writes
// nothing and ends with 1 when the file is not what the api would serve.
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createApp } from '../apps/api/dist/app.js';
import { readConfig } from '../apps/api/dist/config.js';
import { NO_FAILPOINTS } from '../packages/service/dist/failpoints.js';
import { createLogger } from '../packages/service/dist/logger.js';
import { createMetrics } from '../packages/service/dist/metrics.js';

const file = path.resolve(import.meta.dirname, '../docs/openapi.json');

// Nothing has to be there: the document is made of the routes alone.
const config = readConfig({
  NODE_ENV: 'test',
  DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nothing',
  REDIS_URL: 'redis://127.0.0.1:1',
  JWT_SECRET: randomBytes(48).toString('base64'),
  JWT_ISSUER: 'nobody',
  JWT_AUDIENCE: 'nobody',
});
const app = await createApp({
  config,
  logger: createLogger({ name: 'api', level: 'silent' }),
  metrics: createMetrics(),
  failpoints: NO_FAILPOINTS,
});
const document = (await app.inject('/openapi.json')).json();
await app.close();
const text = `${JSON.stringify(document, null, 2)}\n`;

if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (readFileSync(file, 'utf8') !== text) {
  console.error('docs/openapi.json is out of date: run `pnpm docs:openapi`.');
  process.exitCode = 1;
}
