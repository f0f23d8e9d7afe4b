import { HOME_KINDS } from './home-kinds.ts';
import { OFFICE_KINDS } from './office-kinds.ts';
import type { ProductKind } from './product-kind.ts';

/** In the order in which the catalogue grows: one of each, then the second of each, … */
export const PRODUCT_KINDS: readonly ProductKind[] = [...OFFICE_KINDS, ...HOME_KINDS];
