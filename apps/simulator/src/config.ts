import { resolve } from 'node:path';
import { integer, port } from '@orders/service/config-values';
import { LOG_LEVELS } from '@orders/service/logger';
import { parseConfig } from '@orders/service/parse-config';
import { z } from 'zod';
import { type FaultPlan, parseFaultPlan } from './faults/parse-fault-plan.ts';

/** The simulator's variables; its documentation is generated from here. */
export const simulatorConfigSchema = z.object({
  NODE_ENV: z
    .enum(['development', 'test'])
    .default('development')
    .describe('The simulator does not run in production.'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  PORT: port().default(4010).describe('Port to listen on; 0 chooses a free one.'),
  LEDGER_FILE: z
    .string()
    .default('.local/simulator-ledger.ndjson')
    .describe('Everything the partners ever did, one JSON object per line.'),
  SIMULATOR_FAULTS: z
    .string()
    .default('')
    .transform(readFaults)
    .describe('What goes wrong how often, such as `500=0.01,delay=20..80,refund.503=1`.'),
  SIMULATOR_SEED: integer({ max: 2 ** 31 - 1 })
    .default(1)
    .describe('The same seed draws the same faults for the same keys.'),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe('Least level that is logged.'),
});

export interface Config {
  readonly host: string;
  readonly port: number;
  /** Absolute. */
  readonly ledgerFile: string;
  readonly faults: string;
  readonly plan: FaultPlan;
  readonly seed: number;
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

/**
 * @throws Error with one line in production: this takes no real money, and its routes that steer
 *   faults and stock ask nobody who they are.
 * @throws ConfigError listing everything that is wrong.
 */
export function readConfig(): Config {
  if (process.env['NODE_ENV'] === 'production') {
    throw new Error('The simulator takes no real money: it does not run with NODE_ENV=production.');
  }
  const values = parseConfig(simulatorConfigSchema, process.env);
  return {
    host: values.HOST,
    port: values.PORT,
    ledgerFile: resolve(values.LEDGER_FILE),
    ...values.SIMULATOR_FAULTS,
    seed: values.SIMULATOR_SEED,
    logLevel: values.LOG_LEVEL,
  };
}

function readFaults(faults: string, context: z.RefinementCtx): Pick<Config, 'faults' | 'plan'> {
  const parsed = parseFaultPlan(faults);
  if (parsed.kind === 'plan') return { faults, plan: parsed.plan };
  for (const message of parsed.reasons) context.addIssue({ code: 'custom', message });
  return z.NEVER;
}
