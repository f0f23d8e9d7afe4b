import { afterAll } from 'vitest';
import { printFigures } from '../../harness/figures.ts';
import { createLaboratory, listCases, testCases } from './sweep-cases.ts';

const laboratory = createLaboratory();

afterAll(async () => {
  printFigures('struck at a failpoint');
  await laboratory.close();
});

// Killed beside a second worker is part of every run of the tests.
testCases(laboratory, [...listCases(['kill'], [1]), ...listCases(['throw', 'hang'], [1, 2])]);
