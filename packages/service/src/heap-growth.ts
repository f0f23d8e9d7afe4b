import { setFlagsFromString } from 'node:v8';

/** By how much the heap may grow beyond what was alive in it until it is collected again. */
const GROWTH_PERCENT = 40;

/**
 * Keeps the heap of this process near what is alive in it. By default V8 lets it grow several-fold
 * before it collects, and requests that wait for their batch live long enough to be taken for old:
 * under load most of what a service occupied was garbage. Costs some collections more; unlike a
 * limit (`--max-old-space-size`) it never ends a process that needs the memory.
 *
 * Of the whole process, so for `main.ts` alone, first of all.
 */
export function boundHeapGrowth(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
