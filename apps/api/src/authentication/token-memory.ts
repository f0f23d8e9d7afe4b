import type { Principal } from './principal.ts';

export interface TokenMemory {
  /** The principal of a token that was verified lately and has not expired; null otherwise. */
  recall(token: string, nowMs: number): Principal | null;
  remember(token: string, principal: Principal, expiresAtMs: number, nowMs: number): void;
}

/**
 * Remembers verified tokens for a short time, since verifying one costs as much as the rest of
 * reading a request. Bounded: the least recently used one makes room.
 *
 * @param ttlMs how long a token whose key was withdrawn may still be believed
 */
export function createTokenMemory(maxTokens: number, ttlMs: number): TokenMemory {
  // A Map iterates in the order of insertion: its first entry is the least recently used.
  const entries = new Map<string, { readonly principal: Principal; readonly untilMs: number }>();
  return {
    recall: (token, nowMs) => {
      const entry = entries.get(token);
      if (entry === undefined) return null;
      entries.delete(token);
      if (entry.untilMs <= nowMs) return null;
      entries.set(token, entry);
      return entry.principal;
    },
    remember: (token, principal, expiresAtMs, nowMs) => {
      if (entries.size >= maxTokens) {
        for (const oldest of entries.keys()) {
          entries.delete(oldest);
          break;
        }
      }
      entries.set(token, { principal, untilMs: Math.min(expiresAtMs, nowMs + ttlMs) });
    },
  };
}
