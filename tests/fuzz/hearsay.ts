import type { LookUp } from './json-text.ts';
import { nameAt } from './plan-request.ts';

/** Of each kind only the latest are remembered: they are the ones that still do something. */
const REMEMBERED = 40;
/** Longer texts name nothing. */
const MAX_LENGTH = 200;

/** Known under longer names. */
const SPECIAL = new Set(['id', 'nextCursor']);

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

  function learnFrom(path: string, value: unknown, depth: number): void {
    if (typeof value !== 'object' || value === null || depth > 4) return;
    for (const [name, member] of Object.entries(value)) {
      if (typeof member !== 'string') learnFrom(path, member, depth + 1);
      else if (name === 'orderId') add(nameAt('/orders', 'id'), member);
      else if (member.length > 0 && member.length < MAX_LENGTH && !SPECIAL.has(name)) {
        add(name, member);
        add(nameAt(path, name), member);
      }
    }
  }

  return {
    lookUp: (name, choice) => {
      const values = known.get(name) ?? known.get(name.split(' of ', 1)[0] ?? '') ?? [];
      return values[choice % (values.length || 1)];
    },
    add,
    learn: (path, body, etag) => {
      learnFrom(path, body, 0);
      for (const item of [body, ...listOf(body)]) {
        const id = textOf(item, 'id');
        if (id !== null) add(nameAt(path, 'id'), id);
      }
      const id = textOf(body, 'id');
      if (id !== null && etag !== undefined) known.set(etagOf(id), [etag]);
      const cursor = textOf(body, 'nextCursor');
      if (cursor !== null) add(nameAt(path, 'cursor'), cursor);
    },
  };
}

function listOf(body: unknown): unknown[] {
  if (typeof body !== 'object' || body === null || !('data' in body)) return [];
  return Array.isArray(body.data) ? body.data : [];
}

function textOf(item: unknown, name: string): string | null {
  if (typeof item !== 'object' || item === null) return null;
  const value: unknown = Reflect.get(item, name);
  return typeof value === 'string' ? value : null;
}

/** The name under which the last tag of a thing is known. */
export function etagOf(id: string): string {
  return `etag of ${id}`;
}
