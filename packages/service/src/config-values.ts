import { z } from 'zod';

interface Range {
  readonly min?: number;
  readonly max?: number;
}

/** A whole number within the range, from text. Empty, `1.5`, `1e3` and `0x10` are refused. */
export function integer({ min = 0, max = Number.MAX_SAFE_INTEGER }: Range = {}) {
  return z
    .string()
    .regex(/^-?\d{1,16}$/, { error: `must be a whole number from ${min} to ${max}`, abort: true })
    .transform(Number)
    .pipe(
      z
        .number()
        .min(min, { error: `must be at least ${min}` })
        .max(max, { error: `must be at most ${max}` }),
    );
}

/** A duration in seconds, fractions allowed, from text; the value stays in seconds. */
export function durationSeconds({ min = 0, max = 366 * 86_400 }: Range = {}) {
  return z
    .string()
    .regex(/^\d{1,10}(\.\d{1,6})?$/, { error: 'must be a number of seconds', abort: true })
    .transform(Number)
    .pipe(
      z
        .number()
        .min(min, { error: `must be at least ${min} seconds` })
        .max(max, { error: `must be at most ${max} seconds` }),
    );
}

/** A TCP port; 0 lets the system choose a free one. */
export function port() {
  return integer({ min: 0, max: 65_535 });
}

/**
 * An absolute URL of one of the protocols (without their colon), kept as the text that was given.
 * Several hosts, `redis+cluster://a:1,b:2`, are allowed.
 */
export function urlString({ protocols }: { readonly protocols: readonly string[] }) {
  const names = protocols.map((protocol) => `${protocol}://`).join(' or ');
  return z.string().refine(
    (text) => {
      const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
      // `new URL` knows one host only: the others must not decide whether the whole is a URL.
      return (
        scheme !== undefined &&
        protocols.includes(scheme) &&
        URL.canParse(text.replace(/,[^/?#@]*/, ''))
      );
    },
    { error: `must be a URL that begins with ${names}` },
  );
}

/** `true`, `yes`, `on`, `1` and their opposites; unlike a coercion it does not read "false" as true. */
export function flag() {
  return z.stringbool({ error: 'must be true or false' });
}

/**
 * Marks a variable as a secret: it may come from a file named by `<NAME>_FILE`, and documentation
 * shows no default of it.
 */
export function secret<S extends z.ZodType>(schema: S): S {
  return schema.meta({ secret: true });
}
