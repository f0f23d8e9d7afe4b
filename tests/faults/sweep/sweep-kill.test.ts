import { afterAll } from 'vitest';
import { printFigures } from '../../harness/figures.ts';
import { createLaboratory, listCases, testCases } from './sweep-cases.ts';

const laboratory = createLaboratory();

afterAll(async () => {
  printFigures('killed at a failpoint');
  await laboratory.close();
});

testCases(laboratory, listCases(['kill'], [2]));
