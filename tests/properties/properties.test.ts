import { propertiesSuite } from './properties-suite.ts';

propertiesSuite(40);
