/** What a run of the warehouse sync says about one row of the feed. Rows that agree are not told of. */
export interface RowReport {
  /** The row's place in the feed, from 1. */
  readonly n: number;
  readonly outcome: 'changed' | 'unknown' | 'bad';
  /** null when the row did not name a readable one. */
  readonly sku: string | null;
  /** Units on hand before and after; null unless they changed. */
  readonly before: number | null;
  readonly after: number | null;
  /** Why a row is bad. */
  readonly detail: string | null;
}
