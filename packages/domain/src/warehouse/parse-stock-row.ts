import { skuSchema } from '../contracts/text.ts';
import { type StockRow, stockRowSchema } from '../contracts/warehouse.ts';

export type ParsedRow =
  | { readonly kind: 'row'; readonly row: StockRow }
  /** Breaks the contract; `sku` as far as it can be read. */
  | { readonly kind: 'bad'; readonly sku: string | null; readonly detail: string };

const MAX_QUOTED = 120;

/**
 * Reads one row of the stock feed as it came. A bad row is a result with the reason, in text that
 * can be stored whatever the row contained; it never costs its neighbours anything.
 */
export function parseStockRow(raw: unknown): ParsedRow {
  const parsed = stockRowSchema.safeParse(raw);
  if (parsed.success) return { kind: 'row', row: parsed.data };
  const { sku } = looseRow(raw);
  const named = skuSchema.safeParse(sku);
  const [issue] = parsed.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  return {
    kind: 'bad',
    sku: named.success ? named.data : null,
    detail: `${place}${issue?.message ?? 'not a row'}, in ${quote(raw)}`,
  };
}

function looseRow(raw: unknown): { sku?: unknown } {
  return typeof raw === 'object' && raw !== null ? raw : {};
}

/** JSON escapes NUL and lone surrogates, which PostgreSQL refuses; the cut may leave a new one. */
function quote(raw: unknown): string {
  const text = toJson(raw);
  if (text.length <= MAX_QUOTED) return text;
  return `${text.slice(0, MAX_QUOTED)}…`.toWellFormed();
}

function toJson(raw: unknown): string {
  try {
    return JSON.stringify(raw) ?? 'nothing';
  } catch {
    // Reading JSON has no limit of depth, writing it has (RangeError).
    return 'something too deep to show';
  }
}
