import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY } from '../harness/start-stores.ts';

interface CollectedRequest {
  readonly file: string;
  /** In lower case, as an API description has it. */
  readonly method: string;
  /** Without query; what is filled in at a run is still a variable. */
  readonly path: string;
}

const REQUEST = /^(get|post|put|patch|delete) \{\n\s+url: \{\{baseUrl\}\}([^\s?]*)/m;

/** The requests of the API collection that stands in `bruno/`, in their order. */
export async function readCollection(): Promise<CollectedRequest[]> {
  const folder = join(REPOSITORY, 'bruno');
  const files = (await readdir(folder)).filter((name) => /^\d.*\.bru$/.test(name)).sort();
  return Promise.all(
    files.map(async (file) => {
      const [, method, path] = REQUEST.exec(await readFile(join(folder, file), 'utf8')) ?? [];
      if (method === undefined || path === undefined) throw new Error(`no request in ${file}`);
      return { file, method, path };
    }),
  );
}

/** Whether an OpenAPI document has the operation that a request asks for. */
export function isDescribed({ method, path }: CollectedRequest, document: unknown): boolean {
  return readOperations(document).some((operation) => {
    const pattern = new RegExp(`^${operation.path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
    return operation.method === method && pattern.test(path);
  });
}

function readOperations(document: unknown): { method: string; path: string }[] {
  if (typeof document !== 'object' || document === null || !('paths' in document)) return [];
  const paths: object = document.paths ?? {};
  return Object.entries(paths).flatMap(([path, item]: [string, object]) =>
    Object.keys(item).map((method) => ({ method, path })),
  );
}
