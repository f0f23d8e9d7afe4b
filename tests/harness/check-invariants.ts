import { join } from 'node:path';
import { describeFailure, runCommand } from '@orders/local-services/run-command';
import { TOKENS } from './mint-token.ts';
import { REPOSITORY } from './start-stores.ts';

export interface Checked {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly providerUrl: string;
  readonly acknowledgedFile: string;
  readonly logsFolder: string;
  /** Has no stack file, so that nothing but what stands here is looked at. */
  readonly emptyFolder: string;
}

/** Runs `ops invariants` as an operator would. Resolves with a line for each violation. */
export async function checkInvariants(checked: Checked, healed = true): Promise<string[]> {
  const args = ['apps/ops/dist/main.js', 'invariants', '--json'];
  args.push('--acknowledged', checked.acknowledgedFile, '--logs', checked.logsFolder);
  if (healed) args.push('--healed');
  const result = await runCommand(process.execPath, args, {
    cwd: REPOSITORY,
    timeoutMs: 120_000,
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'test',
      LOCAL_FOLDER: join(checked.emptyFolder, 'no-stack'),
      DATABASE_URL: checked.databaseUrl,
      REDIS_URL: checked.redisUrl,
      PAYMENT_PROVIDER_URL: checked.providerUrl,
      JWT_SECRET: TOKENS.secret,
      JWT_ISSUER: TOKENS.issuer,
      JWT_AUDIENCE: TOKENS.audience,
    },
  });
  if (result.kind !== 'ended' || (result.code !== 0 && result.code !== 1)) {
    throw new Error(`the invariants could not be checked: ${describeFailure(result)}`);
  }
  const report: {
    violations: { invariant: string; subject: string; detail: string }[];
    skipped: Record<string, string>;
  } = JSON.parse(result.stdout);
  return [
    ...report.violations.map((one) => `${one.invariant} ${one.subject}: ${one.detail}`),
    ...Object.entries(report.skipped).map(([name, why]) => `${name} was not checked: ${why}`),
  ];
}
