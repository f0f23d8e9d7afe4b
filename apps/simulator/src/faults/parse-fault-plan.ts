import {
  canStrike,
  type Fault,
  isFault,
  isScope,
  MAX_DELAY_MS,
  type Scope,
  SCOPE_GROUPS,
  SCOPES,
} from './fault.ts';

/** How often what goes wrong, by kind of call. */
export type FaultPlan = ReadonlyMap<Scope, ScopePlan>;

interface ScopePlan {
  readonly rates: ReadonlyMap<Fault, number>;
  readonly delayMs: { readonly min: number; readonly max: number };
  /** Shares of new charges that are declined for good, or with `retryable`. */
  readonly decline: number;
  readonly softDecline: number;
}

export type ParsedFaultPlan =
  | { readonly kind: 'plan'; readonly plan: FaultPlan }
  | { readonly kind: 'invalid'; readonly reasons: readonly string[] };

interface Draft {
  readonly rates: Map<Fault, number>;
  delayMs: { min: number; max: number };
  decline: number;
  softDecline: number;
}

/**
 * Reads a list such as `500=0.01,delay=20..80,decline=0.02,refund.503=1`: faults with the share of
 * calls they strike, `delay` in milliseconds (one number or a range), `decline` and `decline-soft`
 * with the share of charges. An entry is for every kind of call it makes sense for, or after
 * `charge.`, `lookup.`, `void.`, `refund.`, `sold.`, `stock.`, `payments.` or `warehouse.` for
 * those; a later entry replaces an earlier one. Empty means that nothing goes wrong.
 */
export function parseFaultPlan(text: string): ParsedFaultPlan {
  const drafts = new Map<Scope, Draft>();
  const reasons: string[] = [];
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const reason = readEntry(drafts, entry);
    if (reason) reasons.push(reason);
  }
  for (const [scope, { rates, decline, softDecline }] of drafts) {
    const share = [...rates.values()].reduce((sum, rate) => sum + rate, 0);
    // A hair of tolerance, for shares such as 0.7 + 0.2 + 0.1 that add up to more in binary.
    if (Math.max(share, decline + softDecline) > 1 + 1e-9) {
      reasons.push(`the shares for ${scope} add up to more than 1`);
    }
  }
  return reasons.length > 0 ? { kind: 'invalid', reasons } : { kind: 'plan', plan: drafts };
}

/** Enters one entry; returns why it cannot. */
function readEntry(drafts: Map<Scope, Draft>, entry: string): string | undefined {
  const match = /^(?:([a-z]+)\.)?([a-z0-9-]+)=(\d+(?:\.\d+)?)(?:\.\.(\d+))?$/.exec(entry);
  if (!match) return `"${entry}" is not of the form [scope.]name=value`;
  const [, prefix, name = '', first, second] = match;
  const scopes = prefix === undefined ? SCOPES : scopesOf(prefix);
  if (scopes.length === 0) return `"${entry}" names an unknown scope`;
  const apply = createSetter(
    name,
    Number(first),
    second === undefined ? undefined : Number(second),
  );
  if (typeof apply === 'string') return `"${entry}" ${apply}`;
  const struck = scopes.filter((scope) => apply.fits(scope));
  if (struck.length === 0) return `"${entry}" makes no sense for ${prefix}`;
  for (const scope of struck) {
    const draft = drafts.get(scope) ?? createDraft();
    drafts.set(scope, draft);
    apply.set(draft);
  }
  return undefined;
}

interface Setter {
  readonly fits: (scope: Scope) => boolean;
  readonly set: (draft: Draft) => void;
}

function createSetter(name: string, value: number, upTo: number | undefined): Setter | string {
  if (name === 'delay') {
    const delayMs = { min: value, max: upTo ?? value };
    if (delayMs.min > delayMs.max || delayMs.max > MAX_DELAY_MS) return 'is not a range of delays';
    return { fits: () => true, set: (draft) => void (draft.delayMs = delayMs) };
  }
  if (upTo !== undefined || value > 1) return 'needs a share between 0 and 1';
  if (name === 'decline' || name === 'decline-soft') {
    const field = name === 'decline' ? 'decline' : 'softDecline';
    return { fits: (scope) => scope === 'charge', set: (draft) => void (draft[field] = value) };
  }
  if (!isFault(name)) return 'names an unknown fault';
  return {
    fits: (scope) => canStrike(name, scope),
    set: (draft) => void draft.rates.set(name, value),
  };
}

function scopesOf(prefix: string): readonly Scope[] {
  if (prefix === 'payments' || prefix === 'warehouse') return SCOPE_GROUPS[prefix];
  return isScope(prefix) ? [prefix] : [];
}

function createDraft(): Draft {
  return { rates: new Map(), delayMs: { min: 0, max: 0 }, decline: 0, softDecline: 0 };
}
