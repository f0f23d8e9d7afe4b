/** JSON on its way to be sent, in a form that can also say what no `JSON.stringify` would write. */
export type Json =
  /** Stands as it is, well-formed or not. */
  | { readonly kind: 'text'; readonly text: string }
  /** Something that the server said before, or `otherwise` as long as it has not. */
  | {
      readonly kind: 'known';
      readonly name: string;
      readonly choice: number;
      readonly otherwise: string;
    }
  | { readonly kind: 'array'; readonly items: readonly Json[] }
  /** Names may come twice. */
  | { readonly kind: 'object'; readonly members: readonly (readonly [string, Json])[] };

/** Finds what the server said under a name. */
export type LookUp = (name: string, choice: number) => string | undefined;

export function toJson(value: unknown): Json {
  if (Array.isArray(value)) return { kind: 'array', items: value.map(toJson) };
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, one]) => [name, toJson(one)] as const);
    return { kind: 'object', members };
  }
  return { kind: 'text', text: JSON.stringify(value) };
}

export function writeJson(value: Json, lookUp: LookUp): string {
  switch (value.kind) {
    case 'text':
      return value.text;
    case 'known':
      return JSON.stringify(lookUp(value.name, value.choice) ?? value.otherwise);
    case 'array':
      return `[${value.items.map((item) => writeJson(item, lookUp)).join(',')}]`;
    case 'object': {
      const members = value.members.map(
        ([name, member]) => `${JSON.stringify(name)}:${writeJson(member, lookUp)}`,
      );
      return `{${members.join(',')}}`;
    }
  }
}

/** As it stands in a URL or a header: strings without their quotes. */
export function writeBare(value: Json, lookUp: LookUp): string {
  const text = writeJson(value, lookUp);
  if (!text.startsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}
