import type { TokenKind } from '../authorisation/bearer-tokens.ts';
import { etagOf } from './hearsay.ts';
import { toBytes } from './hostile-bodies.ts';
import { type Json, type LookUp, writeBare, writeJson } from './json-text.ts';
import type { RequestPlan } from './plan-request.ts';

/** The bytes of a planned request, HTTP/1.1, nothing tidied up. */
export function writeRequest(
  plan: RequestPlan,
  bearers: Readonly<Record<TokenKind, string | null>>,
  lookUp: LookUp,
): Buffer {
  const { operation, body, games } = plan;
  const bytes =
    body === null ? Buffer.alloc(0) : toBytes(writeJson(body.value, lookUp), body.spoil);
  const bearer = bearers[plan.token];
  const plain: (readonly [string, string])[] = [
    ['Host', 'api.test'],
    ...(bearer === null ? [] : [['Authorization', bearer] as const]),
    ...(body === null ? [] : [['Content-Type', 'application/json'] as const]),
    ...plan.headers.map(([name, value]) => [name, writeHeader(plan, name, value, lookUp)] as const),
  ];
  // A game replaces the honest header of its name: twice is a game of its own.
  const played = new Set(games.map(([name]) => name.toLowerCase()));
  const headers = [...plain.filter(([name]) => !played.has(name.toLowerCase())), ...games];
  if (bytes.length > 0 || !operation.isSafe) headers.push(['Content-Length', String(bytes.length)]);
  const head = [
    `${operation.method} ${writeTarget(plan, lookUp)} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), bytes]);
}

/** A tag that is asked for is the one of what is asked about. */
function writeHeader({ path }: RequestPlan, name: string, value: Json, lookUp: LookUp): string {
  const id = path['id'];
  const tag =
    /^if-(none-)?match$/.test(name) && id !== undefined && value.kind === 'known'
      ? lookUp(etagOf(writeBare(id, lookUp)), 0)
      : undefined;
  return tag ?? writeBare(value, lookUp);
}

function writeTarget({ operation, path, query }: RequestPlan, lookUp: LookUp): string {
  const target = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = path[name];
    return value === undefined ? 'x' : encode(writeBare(value, lookUp)) || '%20';
  });
  if (query.length === 0) return target;
  const pairs = query.map(([name, value]) => `${encode(name)}=${encodeJson(value, lookUp)}`);
  return `${target}?${pairs.join('&')}`;
}

function encodeJson(value: Json, lookUp: LookUp): string {
  return encode(writeBare(value, lookUp));
}

/** Percent-encoded; what begins with a percent sign is meant to be wrong, and stays. */
function encode(text: string): string {
  if (text.startsWith('%')) return text.replace(/[^\x21-\x7e]/g, '');
  // A lone surrogate has no UTF-8: these are the bytes that some encoders make of it.
  return text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80';
}
