const MIN_BYTES = 32;
const MIN_DISTINCT_CHARACTERS = 10;
/** What examples, tutorials and hasty people write. */
const KNOWN = /secret|password|passwd|change.?me|example|default|12345|qwerty|develop|token/i;

/**
 * What is wrong with a shared secret, or null: whoever guesses it is every customer and operator.
 * A known one may do where no customer is.
 */
export function findWeakness(
  secret: string,
  { mayBeKnown }: { readonly mayBeKnown: boolean },
): string | null {
  if (Buffer.byteLength(secret) < MIN_BYTES) return `must have at least ${MIN_BYTES} bytes`;
  if (mayBeKnown) return null;
  if (new Set(secret).size < MIN_DISTINCT_CHARACTERS) {
    return `must have at least ${MIN_DISTINCT_CHARACTERS} different characters`;
  }
  return KNOWN.test(secret) ? 'must be random, for instance from: openssl rand -base64 48' : null;
}
