const NEEDS_ESCAPE = /["\\]/;

/**
 * An array as PostgreSQL writes it (documentation, 8.15.2), to be cast where it is used:
 * `${textArray(ids)}::uuid[]`. Any text may be an element; null is NULL.
 *
 * Handed over as one text. As a JavaScript array each element would be copied and looked at by
 * Prisma and again by the driver, which for the batches of the hot path is most of what they cost.
 */
export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map(quote).join(',')}}`;
}

/**
 * The same of texts that need no quotes: of letters, digits, `-` and `_` alone, not empty and not
 * `NULL`, such as UUIDs and digests. For values that are made here or come from PostgreSQL; nobody looks
 * at them again.
 */
export function tokenArray(values: readonly string[]): string {
  return `{${values.join(',')}}`;
}

/** The same of numbers and booleans. */
export function plainArray(values: readonly (number | boolean | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}

/** The same of times. */
export function timeArray(values: readonly Date[]): string {
  return `{${values.map((value) => value.toISOString()).join(',')}}`;
}

function quote(value: string | null): string {
  if (value === null) return 'NULL';
  return NEEDS_ESCAPE.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`;
}
