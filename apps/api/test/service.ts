import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '@orders/local-services/free-port';
import { waitUntil } from '@orders/local-services/wait-until';
import { z } from 'zod';
import { AUDIENCE, ISSUER, SECRET } from './tokens.ts';

const bodySchema = z.record(z.string(), z.unknown());
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

export interface Service {
  readonly url: string;
  readonly internalUrl: string;
  readonly process: ChildProcess;
  /** Everything it wrote so far. */
  output(): string;
  /** Resolves with its exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals | null>;
}

/** Starts `node dist/main.js` with nothing in its environment but this. */
export async function spawnService(env: Record<string, string>): Promise<Service> {
  const [port, internalPort] = [await findFreePort(), await findFreePort()];
  const process = spawn(globalThis.process.execPath, [MAIN], {
    env: {
      NODE_ENV: 'test',
      PORT: String(port),
      INTERNAL_PORT: String(internalPort),
      JWT_SECRET: SECRET,
      JWT_ISSUER: ISSUER,
      JWT_AUDIENCE: AUDIENCE,
      ...env,
    },
  });
  let output = '';
  process.stdout.on('data', (chunk) => (output += String(chunk)));
  process.stderr.on('data', (chunk) => (output += String(chunk)));
  return {
    url: `http://127.0.0.1:${port}`,
    internalUrl: `http://127.0.0.1:${internalPort}`,
    process,
    output: () => output,
    exited: new Promise((resolve) => {
      process.once('close', (code, signal) => resolve(code ?? signal));
    }),
  };
}

export function waitForHealth(service: Service, status: number): Promise<Record<string, unknown>> {
  return waitUntil(
    async () => {
      const response = await fetch(`${service.internalUrl}/health/ready`);
      return response.status === status && bodySchema.parse(await response.json());
    },
    { what: `/health/ready to answer ${status}: ${service.output()}`, timeoutMs: 15_000 },
  );
}
