/**
 * How often a header was sent. Node's `headers` cannot tell: of some it keeps the first, others it
 * joins with commas.
 *
 * @param rawHeaders name, value, name, value …
 * @param name in lower case
 */
export function countHeader(rawHeaders: readonly string[], name: string): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const candidate = rawHeaders[index];
    if (candidate?.length === name.length && candidate.toLowerCase() === name) count += 1;
  }
  return count;
}
