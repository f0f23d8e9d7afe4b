/** What must hold for a PUT to be carried out (RFC 9110, 13.1). */
export interface PutCondition {
  /** `If-Match`: one of these versions, null for any that exists; undefined: not said. */
  readonly match?: readonly number[] | null | undefined;
  /** `If-None-Match: *`: there must be none. */
  readonly absent: boolean;
}

/** @param version of what is there; null when there is nothing */
export function isMet({ match, absent }: PutCondition, version: number | null): boolean {
  if (absent && version !== null) return false;
  if (match === undefined) return true;
  return version !== null && (match === null || match.includes(version));
}
