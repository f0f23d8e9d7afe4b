/** Transactions around which a crash can be provoked. */
export type TransactionStep =
  | 'place'
  | 'reserve'
  | 'settle'
  | 'refund'
  | 'fail'
  | 'start'
  | 'wake'
  | 'act'
  | 'cancel'
  | 'update'
  | 'adjust'
  | 'sync-claim'
  | 'sync-apply'
  | 'sync-finish';

/**
 * Called inside a transaction before its COMMIT, or before the statement that is one, and after it. For
 * tests that crash there.
 */
export type TransactionFailpoint = (
  name: `${TransactionStep}.${'before' | 'after'}-commit`,
  orderIds: readonly string[],
) => void | Promise<void>;
