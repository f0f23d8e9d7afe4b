/** PostgreSQL has no year 0, and nothing here is as old as that. */
const EARLIEST_MS = Date.parse('0001-01-01T00:00:00Z');

/** The moment that a checked text names, as PostgreSQL can compare it; undefined stays undefined. */
export function toDate(time: string | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(Math.max(Date.parse(time), EARLIEST_MS));
}
