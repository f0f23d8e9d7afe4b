import { randomFillSync } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';

const ID_BYTES = 16;
const pool = Buffer.alloc(256 * ID_BYTES);
const random = Buffer.alloc(ID_BYTES);
let used = pool.length;
let msecs = 0;
let seq = 0;

/**
 * The id of a new order: a UUIDv7 (RFC 9562, 5.7), greater than each that this process made before,
 * with 73 random bits. Randomness is fetched for many at a time, since a call to the system for each
 * costs more than all the rest.
 */
export function newOrderId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += pool.copy(random, 0, used, used + ID_BYTES);
  const now = Date.now();
  if (now > msecs) {
    msecs = now;
    // Begins anywhere, with a bit left for counting up within the millisecond (RFC 9562, 6.2).
    seq = random.readUInt32BE(6) & 0x7fff_ffff;
  } else {
    seq += 1;
  }
  return uuidv7({ msecs, seq, random });
}
