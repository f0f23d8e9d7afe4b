import type { LookUp } from './json-text.ts';
import { nameAt } from './plan-request.ts';

/** Of each kind only the latest are remembered: they are the ones that still do something. */
const REMEMBERED = 40;

/** What the server has said so far, by the names under which it is asked for. */
export interface Hearsay {
  readonly lookUp: LookUp;
  add(name: string, value: string): void;
  /** Learns from a good answer to an operation on this path. */
  learn(path: string, body: unknown, etag: string | undefined): void;
}

export function createHearsay(): Hearsay {
  const known = new Map<string, string[]>();

  function add(name: string, value: string): void {
    const values = known.get(name) ?? [];
    if (values.includes(value)) return;
    known.set(name, [...values, value].slice(-REMEMBERED));
  }

  function learnFrom(value: unknown, depth: number): void {
    if (typeof value !== 'object' || value === null || depth > 4) return;
    for (const [name, member] of Object.entries(value)) {
      if (typeof member !== 'string') learnFrom(member, depth + 1);
      else if (name === 'nextCursor') add('cursor', member);
      else if (name === 'orderId') add(nameAt('/orders', 'id'), member);
      else if (name !== 'id' && member.length > 0 && member.length < 200) add(name, member);
    }
  }

  return {
    lookUp: (name, choice) => {
      const values = known.get(name) ?? [];
      return values[choice % (values.length || 1)];
    },
    add,
    learn: (path, body, etag) => {
      if (etag !== undefined) {
        add('if-match', etag);
        add('if-none-match', etag);
      }
      learnFrom(body, 0);
      for (const item of [body, ...listOf(body)]) {
        const id = idOf(item);
        if (id !== null) add(nameAt(path, 'id'), id);
      }
    },
  };
}

function listOf(body: unknown): unknown[] {
  if (typeof body !== 'object' || body === null || !('data' in body)) return [];
  return Array.isArray(body.data) ? body.data : [];
}

function idOf(item: unknown): string | null {
  if (typeof item !== 'object' || item === null || !('id' in item)) return null;
  return typeof item.id === 'string' ? item.id : null;
}
