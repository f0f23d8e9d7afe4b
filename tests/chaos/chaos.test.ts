import { runCommand } from '@orders/local-services/run-command';
import { afterAll, expect, test } from 'vitest';
import { printFigures } from '../harness/figures.ts';
import { REPOSITORY } from '../harness/start-stores.ts';
import { makePlan } from './make-plan.ts';
import { runSeed } from './run-seed.ts';

afterAll(() => printFigures('random faults'));

test('the same seed gives the same plan, another one another', () => {
  expect(makePlan(7, 60)).toEqual(makePlan(7, 60));
  expect(makePlan(8, 60)).not.toEqual(makePlan(7, 60));
});

test('a plan strikes everything that can be struck, sooner or later, and never one target twice at once', () => {
  const plans = Array.from({ length: 50 }, (_, seed) => makePlan(seed, 90));
  const targets = new Set(plans.flatMap((plan) => plan.map(({ target }) => target)));
  expect(targets.size).toBe(13);
  for (const plan of plans) {
    for (const [at, fault] of plan.entries()) {
      const next = plan.slice(at + 1).find(({ target }) => target === fault.target);
      expect(next?.atMs ?? Infinity).toBeGreaterThan(fault.atMs + fault.forMs);
    }
  }
});

test.each([
  [['--seed', 'x'], 2],
  [['--seconds', '1'], 2],
  [['--what'], 2],
  [['--help'], 0],
  [['--seed', '3', '--seconds', '30', '--dry-run', '--json'], 0],
])('chaos %j ends with %i', async (args, code) => {
  const command = ['--import', 'tsx', 'tests/chaos/main.ts', ...args];
  const result = await runCommand(process.execPath, command, { cwd: REPOSITORY });
  expect(result).toMatchObject({ kind: 'ended', code });
  if (args.includes('--json') && result.kind === 'ended') {
    const { seed, plan } = JSON.parse(result.stdout);
    expect({ seed, plan }).toEqual({ seed: 3, plan: makePlan(3, 30) });
  }
});

test.each([1, 2])('seed %i for 60 s: no violation', (seed) => runSeed(seed, 60), 300_000);
