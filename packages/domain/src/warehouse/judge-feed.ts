/** What is known of a whole snapshot before anything of it is applied. */
export interface FeedFacts {
  /** SKUs that have a stock row. */
  readonly catalogueSize: number;
  /** Rows that can be used: readable, and of a SKU of the catalogue. */
  readonly rows: number;
  /** SKUs whose units on hand would change. */
  readonly changes: number;
  /** Those of them that would have none left. */
  readonly emptied: number;
  /** The snapshot's number, and that of the newest one applied so far (0: none). */
  readonly sequence: number;
  readonly lastSequence: number;
}

export type FeedVerdict =
  | { readonly kind: 'ok' }
  | {
      readonly kind: 'stop';
      readonly reason: 'old-snapshot' | 'empty-feed' | 'empties-catalogue' | 'changes-catalogue';
      readonly detail: string;
    };

/** One in so many SKUs is more than deliveries and losses change between two syncs. */
const SUSPICIOUS_SHARE = 3;

/**
 * Decides whether a snapshot may be applied. One that is older than an applied one, is empty, or
 * would empty or change a third of the catalogue is rather a fault of the feed than the truth: it
 * stops, and an operator who knows better asks again with `force`, which passes everything.
 */
export function judgeFeed(facts: FeedFacts, force: boolean): FeedVerdict {
  if (force) return { kind: 'ok' };
  const { catalogueSize, rows, changes, emptied, sequence, lastSequence } = facts;
  if (sequence < lastSequence) {
    const detail = `snapshot ${sequence} is older than ${lastSequence}, which was applied`;
    return { kind: 'stop', reason: 'old-snapshot', detail };
  }
  if (rows === 0) {
    const detail = 'the feed is empty: no row of it is about a SKU of the catalogue';
    return { kind: 'stop', reason: 'empty-feed', detail };
  }
  if (isThird(emptied, catalogueSize)) {
    const detail = `${emptied} of ${catalogueSize} SKUs would have no stock left`;
    return { kind: 'stop', reason: 'empties-catalogue', detail };
  }
  if (isThird(changes, catalogueSize)) {
    const detail = `${changes} of ${catalogueSize} SKUs would change`;
    return { kind: 'stop', reason: 'changes-catalogue', detail };
  }
  return { kind: 'ok' };
}

function isThird(part: number, whole: number): boolean {
  return part > 0 && part * SUSPICIOUS_SHARE >= whole;
}
