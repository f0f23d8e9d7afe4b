import fc from 'fast-check';
import { BELIEVED, type TokenKind } from '../authorisation/bearer-tokens.ts';
import { HEADER_GAMES, type Headers } from './header-games.ts';
import { hostileBodies, type HostileBody } from './hostile-bodies.ts';
import { hostileValues } from './hostile-values.ts';
import { type Json, toJson } from './json-text.ts';
import type { OpenApi, Operation, Parameter } from './open-api.ts';
import { sometimes, soundValues } from './sound-values.ts';

/** What is to be sent, before what the server knows is looked up. */
export interface RequestPlan {
  readonly operation: Operation;
  readonly token: TokenKind;
  readonly path: Readonly<Record<string, Json>>;
  readonly query: readonly (readonly [string, Json])[];
  readonly headers: readonly (readonly [string, Json])[];
  readonly games: Headers;
  readonly body: HostileBody | null;
  /** The client goes away right after sending. */
  readonly isAbandoned: boolean;
}

const STRANGERS: readonly TokenKind[] = [
  'none',
  'expired',
  'not yet valid',
  'wrong audience',
  'wrong issuer',
  'wrong secret',
  'no subject',
  'no algorithm',
  'garbage',
];
/** Among hostile requests so many in ten change what is sent in one place. */
const HOSTILE_SHARE = 4;

/** Requests that an honest client could send. */
export function soundRequests(document: OpenApi, operation: Operation): fc.Arbitrary<RequestPlan> {
  const { body } = operation;
  return fc.record({
    operation: fc.constant(operation),
    token: fc.constantFrom(...BELIEVED, 'operator'),
    path: fc.record(
      Object.fromEntries(
        ofKind(operation, 'path').map((one) => [
          one.name,
          soundParameter(document, operation, one),
        ]),
      ),
    ),
    query: soundList(document, operation, 'query'),
    headers: soundList(document, operation, 'header'),
    games: fc.constant([]),
    body: body === null ? fc.constant(null) : soundValues(document, body, '').map(toSoundBody),
    isAbandoned: fc.constant(false),
  });
}

/** The same with something wrong in most parts of some of them. */
export function hostileRequests(
  document: OpenApi,
  operation: Operation,
): fc.Arbitrary<RequestPlan> {
  const sound = soundRequests(document, operation);
  const strange = hostileValues(document, {});
  return fc
    .record({
      plan: sound,
      token: often(fc.constantFrom(...STRANGERS)),
      path: often(strange),
      query: often(hostileQuery(document, operation)),
      games: fc.array(HEADER_GAMES, { maxLength: 2 }),
      body: hostileBody(document, operation),
      isAbandoned: fc.nat(60).map((chance) => chance === 0),
    })
    .map(({ plan, token, path, query, games, body, isAbandoned }) => ({
      ...plan,
      token: token ?? plan.token,
      path:
        path === null
          ? plan.path
          : Object.fromEntries(Object.keys(plan.path).map((name) => [name, path])),
      query: query === null ? plan.query : [...plan.query, ...query],
      games: games.flat(),
      body: body ?? plan.body,
      isAbandoned,
    }));
}

/** Null where nothing is to be changed. */
function often<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof(
    { arbitrary, weight: HOSTILE_SHARE },
    { arbitrary: fc.constant(null), weight: 10 - HOSTILE_SHARE },
  );
}

function hostileBody(
  document: OpenApi,
  { body, isSafe }: Operation,
): fc.Arbitrary<HostileBody | null> {
  if (body !== null) {
    return fc.option(hostileBodies(document, body), { freq: 8 });
  }
  // A body that nobody asked for.
  const unasked = hostileValues(document, {}).map(toSoundBody);
  return fc.option(unasked, { freq: isSafe ? 1 : 3 });
}

function hostileQuery(
  document: OpenApi,
  operation: Operation,
): fc.Arbitrary<readonly (readonly [string, Json])[]> {
  const names = ofKind(operation, 'query').map(({ name }) => name);
  const name = fc.constantFrom(...names, 'x', '__proto__', 'constructor', 'a[]', 'a[b]', '', '%');
  return fc.array(fc.tuple(name, hostileValues(document, {})), { minLength: 1, maxLength: 3 });
}

function soundList(
  document: OpenApi,
  operation: Operation,
  kind: Parameter['in'],
): fc.Arbitrary<readonly (readonly [string, Json])[]> {
  const each = ofKind(operation, kind).map((one) => {
    const present = soundParameter(document, operation, one).map((value): [string, Json] | null => [
      one.name,
      value,
    ]);
    return one.required === true ? present : sometimes(present);
  });
  return fc.tuple(...each).map((all) => all.filter((pair) => pair !== null));
}

function soundParameter(
  document: OpenApi,
  { path }: Operation,
  { name, schema }: Parameter,
): fc.Arbitrary<Json> {
  // Waiting is for those who have time.
  if (name.toLowerCase() === 'prefer') return fc.constantFrom('wait=0', 'wait=1').map(toJson);
  return soundValues(document, schema, nameAt(path, name));
}

/** An id is one of its own kind, of an order or of a dead letter, and a cursor is of its list. */
export function nameAt(path: string, name: string): string {
  return `${name} of ${path.split('/{', 1)[0] ?? ''}`;
}

function ofKind({ parameters }: Operation, kind: Parameter['in']): Parameter[] {
  return parameters.filter((one) => one.in === kind);
}

function toSoundBody(value: Json): HostileBody {
  return { value, spoil: 'none' };
}
