import fc from 'fast-check';
import { type Json, toJson } from './json-text.ts';
import { type OpenApi, resolveSchema, type Schema } from './open-api.ts';

const text = (raw: string): Json => ({ kind: 'text', text: raw });

/** Of no type that is asked for, or of every one but too much. */
const STRANGE: readonly Json[] = [
  ...[null, true, [], {}, [[]], '', ' ', '1', 0, -1, 1.5, 2 ** 31, 2 ** 53, 1e21].map(toJson),
  ...['-0', '1e400', '-1e400', '1E-400', '1.0', '9'.repeat(400), `0.${'0'.repeat(400)}1`].map(text),
  ...['00', 'NaN', 'Infinity', 'undefined', "'x'", '/* x */ 1', '1 2', ''].map(text),
  ...[
    String.raw`"\u0000"`,
    String.raw`"a\u0000b"`,
    String.raw`"\ud800"`,
    String.raw`"\udc00x"`,
  ].map(text),
  ...[
    'a'.repeat(256),
    'A'.repeat(65),
    'x'.repeat(10_000),
    'é'.repeat(5_000),
    '𝒳'.repeat(2_000),
    '\u202Eevil',
    '\uFEFF',
    'İıſK',
    'ΚΕΥ-0001',
    'e\u0301'.repeat(100),
    '👩‍👩‍👧‍👦',
    "'; DROP TABLE orders; --",
    "' OR '1'='1",
    '../../../../etc/passwd',
    '${jndi:ldap://127.0.0.1/a}',
    '{{7*7}}',
    '<script>alert(1)</script>',
    '%00%0d%0aSet-Cookie: a=b',
    'a\r\nX-Injected: 1',
    '00000000-0000-0000-0000-000000000000',
    'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
    '9999-12-31T23:59:60Z',
    '2026-02-30T00:00:00Z',
    '-271821-04-20T00:00:00Z',
    '__proto__',
    'constructor',
  ].map(toJson),
  text('{"__proto__":{"isOperator":true}}'),
  text('{"constructor":{"prototype":{"isOperator":true}}}'),
  text('{"a":1,"a":2}'),
  text('['.repeat(5_000) + ']'.repeat(5_000)),
  text('{"a":'.repeat(3_000) + '1' + '}'.repeat(3_000)),
  text(`[${'0,'.repeat(10_000)}0]`),
];

/** Values that a schema should refuse, or only just accept. */
export function hostileValues(document: OpenApi, given: Schema): fc.Arbitrary<Json> {
  const edges = edgesOf(resolveSchema(document, given));
  const strange = fc.oneof(
    fc.constantFrom(...STRANGE),
    fc.jsonValue({ maxDepth: 3 }).map(toJson),
    fc.string({ unit: 'binary', maxLength: 40 }).map(toJson),
  );
  return edges.length === 0 ? strange : fc.oneof(strange, fc.constantFrom(...edges));
}

function edgesOf(schema: Schema): Json[] {
  const { minimum, maximum, minLength, maxLength } = schema;
  const numbers = [minimum, maximum].flatMap((edge) =>
    edge === undefined ? [] : [edge - 1, edge, edge + 1],
  );
  const lengths = [minLength, maxLength].flatMap((edge) =>
    edge === undefined || edge > 100_000 ? [] : [Math.max(0, edge - 1), edge, edge + 1],
  );
  return [...numbers, ...lengths.map((length) => 'A'.repeat(length))].map(toJson);
}
