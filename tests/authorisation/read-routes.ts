import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Route {
  readonly method: string;
  readonly url: string;
}

export interface Routes {
  /** Of the public listener. */
  readonly api: readonly Route[];
  /** Of the queue board, on the internal listener. */
  readonly board: readonly Route[];
}

/** The environment in which an api tells its routes to a file. */
export function tellRoutesTo(file: string): Record<string, string> {
  const preload = join(import.meta.dirname, 'report-routes.mjs');
  return { ROUTES_FILE: file, NODE_OPTIONS: `--import ${preload}` };
}

/** Every route of the running process that was told to write them to this file. */
export async function readRoutes(file: string): Promise<Routes> {
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  const servers: Route[][] = lines.map((line) => JSON.parse(line));
  const isApi = (routes: readonly Route[]) => routes.some(({ url }) => url === '/openapi.json');
  return {
    api: servers.filter(isApi).flat(),
    board: servers.filter((routes) => !isApi(routes)).flat(),
  };
}

/** `GET /orders/:id` */
export function nameRoute({ method, url }: Route): string {
  return `${method} ${url}`;
}
