import { BlockList, isIP } from 'node:net';
import { z } from 'zod';

const MAX_BITS = { 4: 32, 6: 128 } as const;

/** IP addresses and CIDR ranges, comma separated, from text. */
export function addressRanges() {
  return z
    .string()
    .transform((text) => text.split(',').map((range) => range.trim()))
    .pipe(
      z.array(
        z.string().refine((range) => parseRange(range) !== null, {
          error: 'must be IP addresses or CIDR ranges, comma separated',
        }),
      ),
    );
}

/**
 * Makes the function that tells whether an address is in one of the ranges. An IPv4 peer of a
 * listener on `::` appears as ::ffff:a.b.c.d and is found in IPv4 ranges.
 */
export function createAddressMatcher(ranges: readonly string[]): (address: string) => boolean {
  if (ranges.length === 0) return () => false;
  const list = new BlockList();
  for (const range of ranges) {
    const parsed = parseRange(range);
    if (parsed !== null) list.addSubnet(parsed.address, parsed.bits, parsed.family);
  }
  return (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function parseRange(range: string) {
  const [address = '', suffix] = range.split('/');
  const version = isIP(address);
  if (version !== 4 && version !== 6) return null;
  const bits = suffix === undefined ? MAX_BITS[version] : Number(/^\d{1,3}$/.exec(suffix)?.[0]);
  if (!(bits <= MAX_BITS[version])) return null;
  return { address, bits, family: version === 4 ? ('ipv4' as const) : ('ipv6' as const) };
}
