import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { ProblemError } from '../problems/problem-error.ts';

/** Where a page of a list begins: behind the last row of the one before. */
export interface ListPlace {
  /** What the list was asked for, as texts; the next page is of the same list. */
  readonly filter: Readonly<Record<string, string>>;
  /** The columns that the list is sorted by, of its last row. */
  readonly position: readonly string[];
}

export interface Cursors {
  /** @param list names the list, so that a cursor of one is none of another */
  seal(list: string, place: ListPlace): string;
  /** @throws ProblemError `invalid-cursor` for anything that was not sealed here for this list */
  open(list: string, cursor: string): ListPlace;
}

const MAC_BYTES = 16;
const MAX_LENGTH = 2_048;
const placeSchema = z.tuple([z.record(z.string(), z.string()), z.array(z.string())]);

/**
 * Makes cursors that clients can neither read meaning into nor make up: base64url of the place and
 * a MAC over list and place (HMAC-SHA256, 128 bits of it).
 *
 * @param secret any secret that all replicas share; a key of its own is derived from it (RFC 5869)
 */
export function createCursors(secret: string): Cursors {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'list cursors', 32));
  const sign = (list: string, payload: Buffer): Buffer =>
    createHmac('sha256', key).update(`${list}\n`).update(payload).digest().subarray(0, MAC_BYTES);

  return {
    seal: (list, { filter, position }) => {
      const payload = Buffer.from(JSON.stringify([filter, position]));
      return Buffer.concat([sign(list, payload), payload]).toString('base64url');
    },
    open: (list, cursor) => {
      if (cursor.length > MAX_LENGTH) throw new ProblemError('invalid-cursor');
      const bytes = Buffer.from(cursor, 'base64url');
      const payload = bytes.subarray(MAC_BYTES);
      const isOurs =
        bytes.length > MAC_BYTES &&
        // Decoding passes over characters that are not base64url; one place has one cursor.
        bytes.toString('base64url') === cursor &&
        timingSafeEqual(bytes.subarray(0, MAC_BYTES), sign(list, payload));
      if (!isOurs) throw new ProblemError('invalid-cursor');
      const [filter, position] = placeSchema.parse(JSON.parse(payload.toString()));
      return { filter, position };
    },
  };
}
