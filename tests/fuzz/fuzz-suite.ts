import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBearers } from '../authorisation/bearer-tokens.ts';
import { canariesOf, findSecrets } from '../harness/find-secrets.ts';
import { listOperations } from './open-api.ts';
import { runFuzz } from './run-fuzz.ts';
import { type FuzzedSystem, startFuzzedSystem } from './start-fuzzed-system.ts';

const ERROR = /"level":"(error|fatal)"/;

/**
 * The tests of one fuzz run. `FUZZ_SEED` repeats the requests of an earlier one, `FUZZ_SECONDS`
 * changes how long it takes.
 */
export function fuzzSuite(defaultSeconds: number): void {
  const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  const seconds = Number(process.env['FUZZ_SECONDS'] ?? defaultSeconds);
  const bearers = createBearers();
  let fuzzed: FuzzedSystem;
  let hasFailed = true;

  beforeAll(async () => {
    fuzzed = await startFuzzedSystem();
  });
  afterAll(async () => {
    if (fuzzed === undefined) return;
    if (hasFailed) console.log(`the logs are in ${fuzzed.system.logsFolder}`);
    await fuzzed.close({ keepLogs: hasFailed });
  });

  test(
    'whatever is sent to whichever route is answered in order, and a refusal writes nothing',
    { timeout: (seconds + 60) * 1_000 },
    async () => {
      console.log(`FUZZ_SEED=${seed} FUZZ_SECONDS=${seconds}`);
      const { system, document, port, hearsay } = fuzzed;
      const { database, api } = system;
      const report = await runFuzz({ document, port, database, hearsay, bearers, seed, seconds });
      console.log(report.toTable());

      expect(report.violations.join('\n\n')).toBe('');
      // Or the run has shown little.
      const neverGood = listOperations(document).filter((one) => !report.wasGood(one));
      const names = neverGood.map(({ name }) => name);
      expect(names.length, `never carried out: ${names.join(', ')}`).toBeLessThan(3);
      expect(report.quietRounds).toBeGreaterThan(seconds);
      expect(report.turnedAway).toBeLessThan(0.05);
      expect(report.p99Ms).toBeLessThan(1_000);

      expect(api.exits).toEqual([]);
      expect(await system.client.request('GET', '/openapi.json')).toMatchObject({ status: 200 });
      const errors = (await api.log()).split('\n').filter((line) => ERROR.test(line));
      expect(errors).toEqual([]);
      // Nothing is ever looked at again here: no worker lives.
      const violations = await system.violations(false);
      expect(violations.filter((line) => !line.startsWith('I5 '))).toEqual([]);
      const { findings } = await findSecrets(system.logsFolder, canariesOf(fuzzed.stores, bearers));
      expect(findings).toEqual([]);
      hasFailed = false;
    },
  );
}
