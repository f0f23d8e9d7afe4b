import { afterAll, test } from 'vitest';
import { printFigures } from '../harness/figures.ts';
import { runSeed } from './run-seed.ts';

afterAll(() => printFigures('random faults'));

const SEEDS = Array.from({ length: 20 }, (_, n) => 101 + n);

test.each(SEEDS)('seed %i for 90 s: no violation', (seed) => runSeed(seed, 90));
