import type { ConnectionOptions } from 'node:tls';

export interface RedisAddress {
  readonly cluster: boolean;
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  readonly username?: string;
  readonly password?: string;
  readonly db: number;
  readonly tls?: ConnectionOptions;
}

/**
 * Reads `redis://[user:password@]host[:port][/db]` (`rediss://` with TLS), and
 * `redis+cluster://host:port,host:port,…` (`rediss+cluster://`) for a Redis Cluster.
 *
 * @throws Error that says what is wrong without repeating the URL, which may hold a password
 */
export function parseRedisUrl(url: string): RedisAddress {
  const [, scheme, credentials, hosts, path] =
    /^(rediss?(?:\+cluster)?):\/\/(?:(.*)@)?([^/?#@]*)(?:\/([^?#]*))?/.exec(url) ?? [];
  if (scheme === undefined)
    throw new Error('REDIS_URL must begin with redis://, rediss:// or redis+cluster://');
  const cluster = scheme.endsWith('+cluster');
  const nodes = (hosts ?? '').split(',').map(parseNode);
  const [firstNode] = nodes;
  if (nodes.length > 1 && !cluster)
    throw new Error('REDIS_URL names several hosts: a cluster begins with redis+cluster://');
  const db = path === undefined || path === '' ? 0 : Number(path);
  if (!Number.isInteger(db) || db < 0 || (cluster && db !== 0)) {
    throw new Error('REDIS_URL must end in the number of a database, and a cluster has only 0');
  }
  const [username, password] = parseCredentials(credentials);
  return {
    cluster,
    nodes,
    db,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(scheme.startsWith('rediss') ? { tls: { servername: firstNode?.host ?? '' } } : {}),
  };
}

function parseNode(text: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) throw new Error('REDIS_URL has a host that is not host or host:port');
  return { host: host === '' ? '127.0.0.1' : host, port: port === undefined ? 6379 : Number(port) };
}

function parseCredentials(text: string | undefined): [string | undefined, string | undefined] {
  if (text === undefined) return [undefined, undefined];
  const colon = text.indexOf(':');
  const username = decodeURIComponent(colon === -1 ? text : text.slice(0, colon));
  const password = colon === -1 ? undefined : decodeURIComponent(text.slice(colon + 1));
  return [username === '' ? undefined : username, password];
}
