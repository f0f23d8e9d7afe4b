import type { Memory } from '../harness/remembering-client.ts';

/** What the client was told about an order after it had been placed. */
export interface OrderMemory {
  readonly id: string;
  readonly customerId: string;
  readonly wish: Memory;
  /** The highest version it has seen; a later answer must not be older. */
  version: number;
  /** A status that nothing leaves, once it was seen. */
  ended: string | null;
  /** Cancel was answered with 200 or 202: the order must end cancelled. */
  cancelled: boolean;
  /** The items of the last change that was confirmed; null when an answer was never heard. */
  items: readonly { readonly sku: string; readonly quantity: number }[] | null;
}

const ENDS = new Set(['completed', 'rejected', 'cancelled']);

/** Compares an order that was read with what is remembered; returns what contradicts it. */
export function noteOrder(memory: OrderMemory, body: unknown): string[] {
  const { status, version } = readOrder(body);
  const contradictions: string[] = [];
  if (memory.ended !== null && memory.ended !== status) {
    contradictions.push(`order ${memory.id} was ${memory.ended} and is ${status}`);
  }
  if (version < memory.version) {
    contradictions.push(`order ${memory.id} had version ${memory.version} and has ${version}`);
  }
  memory.version = Math.max(memory.version, version);
  if (ENDS.has(status)) memory.ended = status;
  return contradictions;
}

function readOrder(body: unknown): { status: string; version: number } {
  if (typeof body !== 'object' || body === null || !('status' in body) || !('version' in body)) {
    throw new Error(`not an order: ${JSON.stringify(body)}`);
  }
  return { status: String(body.status), version: Number(body.version) };
}
