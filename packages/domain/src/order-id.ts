/**
 * When an id was made, by the clock of whoever made it: the first 48 bits of a UUIDv7 are milliseconds
 * since 1970 (RFC 9562, 5.7).
 */
export function timeOfId(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
