/**
 * Text of foreign origin, such as an error's message, as PostgreSQL can store it, also inside JSON:
 * cut to so many characters, without NUL and without the half of a surrogate pair, which the cut
 * itself may leave behind. Otherwise writing down why an order failed would fail, too (22021, 22P05).
 */
export function toStorableText(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replaceAll('\u0000', '\uFFFD').toWellFormed();
}
