/**
 * How many seconds the client would wait for its answer (`Prefer: wait=N`, RFC 7240, 4.3), or null.
 * Of a preference given twice the first counts; what cannot be understood is no preference.
 *
 * @param prefer all `Prefer` headers, joined with commas
 */
export function readWaitPreference(prefer: string | string[] | undefined): number | null {
  if (prefer === undefined) return null;
  for (const preference of [prefer].flat().join(',').split(',')) {
    const [, name, value] = /^\s*([\w-]+)\s*=?\s*"?([^";]*)/.exec(preference) ?? [];
    if (name?.toLowerCase() !== 'wait') continue;
    return value !== undefined && /^\d{1,6}$/.test(value.trim()) ? Number(value) : null;
  }
  return null;
}
