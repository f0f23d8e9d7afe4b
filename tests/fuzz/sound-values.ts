import fc from 'fast-check';
import { type Json, toJson } from './json-text.ts';
import { type OpenApi, resolveSchema, type Schema } from './open-api.ts';

/** Enough to be several, and few enough to be sent often. */
const MAX_GENERATED = 4;
const MAX_TEXT = 24;
const DEPTH = 4;

/**
 * Values that fit a schema. Strings that name something are taken from what the server has said
 * under that name, so that they often exist.
 *
 * @param name of the member or parameter
 */
export function soundValues(
  document: OpenApi,
  given: Schema,
  name: string,
  depth = 0,
): fc.Arbitrary<Json> {
  const schema = resolveSchema(document, given);
  const options = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  if (options !== undefined) return fc.constantFrom(...options).map(toJson);
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) {
    return fc.oneof(...variants.map((variant) => soundValues(document, variant, name, depth)));
  }
  if (Array.isArray(schema.type)) {
    const types: readonly string[] = schema.type;
    return fc.oneof(
      ...types.map((type) => soundValues(document, { ...schema, type }, name, depth)),
    );
  }
  switch (schema.type) {
    case 'string':
      return soundTexts(schema, name);
    case 'integer':
      return fc.integer(range(schema)).map(toJson);
    case 'number':
      return fc.double({ ...range(schema), noNaN: true }).map(toJson);
    case 'boolean':
      return fc.boolean().map(toJson);
    case 'null':
      return fc.constant(toJson(null));
    case 'array':
      return soundArrays(document, schema, name, depth);
    case 'object':
      return soundObjects(document, schema, depth);
    default:
      return fc.jsonValue({ maxDepth: 2 }).map(toJson);
  }
}

function soundTexts(schema: Schema, name: string): fc.Arbitrary<Json> {
  if (schema.format === 'date-time') return soundStrings(schema).map(toJson);
  return fc
    .record({ otherwise: soundStrings(schema), choice: fc.nat(), isKnown: fc.nat(9) })
    .map(({ otherwise, choice, isKnown }): Json => {
      if (isKnown === 0) return toJson(otherwise);
      return { kind: 'known', name, choice, otherwise };
    });
}

function soundStrings(schema: Schema): fc.Arbitrary<string> {
  const { format, pattern, minLength = 0, maxLength = MAX_TEXT } = schema;
  switch (format) {
    case 'uuid':
      return fc.uuid({ version: 7 });
    case 'date-time':
      return fc
        .date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString());
    default:
  }
  if (pattern !== undefined) {
    return fc.stringMatching(new RegExp(pattern)).map((text) => text.slice(0, maxLength));
  }
  return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, MAX_TEXT)) });
}

function soundArrays(
  document: OpenApi,
  schema: Schema,
  name: string,
  depth: number,
): fc.Arbitrary<Json> {
  const { minItems = 0, maxItems = MAX_GENERATED, items = {} } = schema;
  const maxLength = Math.max(minItems, Math.min(maxItems, MAX_GENERATED));
  return fc
    .array(soundValues(document, items, name, depth + 1), { minLength: minItems, maxLength })
    .map((all): Json => ({ kind: 'array', items: all }));
}

function soundObjects(document: OpenApi, schema: Schema, depth: number): fc.Arbitrary<Json> {
  const { properties = {}, required = [], additionalProperties, propertyNames } = schema;
  const members = Object.entries(properties).map(([name, member]) => {
    const present = soundValues(document, member, name, depth + 1).map(
      (value): [string, Json] | null => [name, value],
    );
    return required.includes(name) ? present : sometimes(present);
  });
  const rest =
    typeof additionalProperties === 'object' && depth < DEPTH
      ? fc.array(
          fc.tuple(
            soundStrings(propertyNames ?? {}),
            soundValues(document, additionalProperties, '', depth + 1),
          ),
          { maxLength: MAX_GENERATED },
        )
      : fc.constant([]);
  return fc.tuple(fc.tuple(...members), rest).map(([named, others]): Json => ({
    kind: 'object',
    members: [...named.filter((member) => member !== null), ...others],
  }));
}

/** Small numbers mostly: a quantity of a billion says nothing that a thousand does not. */
function range({ minimum = 0, maximum = 1_000 }: Schema): { min: number; max: number } {
  const min = Math.max(minimum, -1_000);
  return { min, max: Math.max(min, Math.min(maximum, 1_000)) };
}

/** One in four: a request with everything that it may have is seldom one that succeeds. */
export function sometimes<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ arbitrary, weight: 1 }, { arbitrary: fc.constant(null), weight: 3 });
}
