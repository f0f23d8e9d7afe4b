import { canStrike, type Fault, isFault, isScope, MAX_DELAY_MS, type Scope } from './fault.ts';

/** What `metadata.simulate` of an order asks for. */
export interface Fates {
  readonly decline: boolean;
  /** So many charges of the order are declined with `retryable` before one captures. */
  readonly softDeclines: number;
  readonly delayMs: number;
  /** Used up one after the other by the calls of their scope. */
  readonly faults: readonly CountedFault[];
}

interface CountedFault {
  readonly scope: Scope;
  readonly fault: Fault;
  /** How many calls it strikes; Infinity when asked for `always`. */
  readonly times: number;
}

export type ParsedFates =
  | { readonly kind: 'fates'; readonly fates: Fates }
  | { readonly kind: 'unknown'; readonly token: string };

/**
 * Reads fates joined by `+` or `,`: `decline`, `decline-soft:N`, `delay:MS`, or a fault with the
 * number of calls it strikes, `hang-after:2` (1 when left out, `always` for every call). A fault
 * is for charges unless it names another scope of the payment provider: `refund.500:3`.
 */
export function parseFates(text: string): ParsedFates {
  let decline = false;
  let softDeclines = 0;
  let delayMs = 0;
  const faults: CountedFault[] = [];
  for (const token of text.split(/[+,]/).map((part) => part.trim())) {
    const [name = '', argument, ...surplus] = token.split(':');
    const count = parseCount(argument);
    if (surplus.length > 0) return { kind: 'unknown', token };
    if (name === 'decline' && argument === undefined) decline = true;
    else if (name === 'decline-soft' && argument !== undefined && count) softDeclines = count;
    else if (name === 'delay' && count && count <= MAX_DELAY_MS && argument) delayMs = count;
    else {
      const counted = parseFault(name, count);
      if (!counted) return { kind: 'unknown', token };
      faults.push(counted);
    }
  }
  return { kind: 'fates', fates: { decline, softDeclines, delayMs, faults } };
}

function parseFault(name: string, times: number | undefined): CountedFault | undefined {
  const [scope, fault] = name.includes('.') ? splitScope(name) : ['charge', name];
  if (!isScope(scope) || !isFault(fault) || times === undefined) return undefined;
  if (scope === 'sold' || scope === 'stock' || !canStrike(fault, scope)) return undefined;
  return { scope, fault, times };
}

function splitScope(name: string): [scope: string, fault: string] {
  const dot = name.indexOf('.');
  return [name.slice(0, dot), name.slice(dot + 1)];
}

/** 1 when left out, undefined when it is neither a positive integer nor `always`. */
function parseCount(argument: string | undefined): number | undefined {
  if (argument === undefined) return 1;
  if (argument === 'always') return Infinity;
  return /^[1-9]\d{0,8}$/.test(argument) ? Number(argument) : undefined;
}
