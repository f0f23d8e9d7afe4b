import fc from 'fast-check';
import { changeAt, countPlaces, withMember, withName, withoutOne } from './change-json.ts';
import { hostileValues } from './hostile-values.ts';
import type { Json } from './json-text.ts';
import type { OpenApi, Schema } from './open-api.ts';
import { soundValues } from './sound-values.ts';

const SPOILS = [
  'truncate',
  'garbage',
  'byte-order-mark',
  'invalid-utf8',
  'comma',
  'padding',
  'empty',
] as const;

/** How the text of a body is spoilt when all else is done. */
export type Spoil = (typeof SPOILS)[number] | 'none';

export interface HostileBody {
  readonly value: Json;
  readonly spoil: Spoil;
}

/** Names that reach for what is not the sender's to say. */
const GRASPING = [
  'id',
  'status',
  'price',
  'total',
  'customerId',
  'version',
  'isOperator',
  '__proto__',
  'constructor',
  'toString',
  '',
  '\u0000',
];

interface Change {
  readonly kind: 'replace' | 'remove' | 'add' | 'repeat' | 'wrap' | 'rename';
  readonly at: number;
  readonly value: Json;
  readonly name: string;
}

/** Bodies that fit, changed in one to three places, and some of them spoilt as texts. */
export function hostileBodies(document: OpenApi, schema: Schema): fc.Arbitrary<HostileBody> {
  const changes: fc.Arbitrary<Change> = fc.record({
    kind: fc.constantFrom('replace', 'replace', 'remove', 'add', 'repeat', 'wrap', 'rename'),
    at: fc.nat(),
    value: hostileValues(document, schema),
    name: fc.oneof(fc.constantFrom(...GRASPING), fc.string({ unit: 'binary', maxLength: 20 })),
  });
  return fc
    .record({
      sound: soundValues(document, schema, ''),
      changes: fc.array(changes, { minLength: 1, maxLength: 3 }),
      spoil: fc.option(fc.constantFrom(...SPOILS), { freq: 5, nil: 'none' as const }),
    })
    .map(({ sound, changes: all, spoil }) => ({ value: all.reduce(applyChange, sound), spoil }));
}

function applyChange(body: Json, { kind, at, value, name }: Change): Json {
  return changeAt(body, at % countPlaces(body), (found): Json => {
    switch (kind) {
      case 'replace':
        return value;
      case 'remove':
        return withoutOne(found, at);
      case 'add':
        return withMember(found, name, value);
      case 'repeat':
        return found.kind === 'array' ? { ...found, items: repeat(found.items) } : value;
      case 'wrap':
        return { kind: 'array', items: [found] };
      case 'rename':
        return withName(found, at, name);
    }
  });
}

function repeat(items: readonly Json[]): Json[] {
  return Array.from({ length: 60 }, () => items).flat();
}

/** The bytes of a body, spoilt or not. */
export function toBytes(json: string, spoil: Spoil): Buffer {
  const bytes = Buffer.from(json);
  switch (spoil) {
    case 'none':
      return bytes;
    case 'truncate':
      return bytes.subarray(0, Math.ceil(bytes.length / 2));
    case 'garbage':
      return Buffer.concat([bytes, Buffer.from('}{')]);
    case 'byte-order-mark':
      return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
    case 'invalid-utf8':
      return Buffer.concat([bytes.subarray(0, -1), Buffer.from([0x22, 0xc3, 0x28, 0xff, 0x22])]);
    case 'comma':
      return Buffer.from(json.replace(/[}\]]$/, ',$&'));
    case 'padding':
      return Buffer.concat([bytes, Buffer.alloc(66_000, 0x20)]);
    case 'empty':
      return Buffer.alloc(0);
  }
}
