import type { FastifyInstance } from 'fastify';

export interface AllowedMethods {
  /** The methods that the resource at this path knows, as `Allow` lists them; null without one. */
  find(path: string): string | null;
}

/**
 * Remembers the routes as they are added, so that an unknown method on a known path is answered
 * with 405 and not 404: Fastify's router only knows path and method together.
 */
export function createAllowedMethods(app: FastifyInstance): AllowedMethods {
  const methodsByRoute = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    // Answers preflights of any path, whether there is anything or not.
    if (url === '*') return;
    const methods = methodsByRoute.get(url) ?? new Set();
    for (const one of [method].flat()) methods.add(one);
    methodsByRoute.set(url, methods);
  });

  let routes: { readonly pattern: RegExp; readonly methods: ReadonlySet<string> }[] = [];
  app.addHook('onReady', (done) => {
    routes = Array.from(methodsByRoute, ([url, methods]) => ({
      pattern: toPattern(url),
      methods,
    }));
    done();
  });

  return {
    find: (path) => {
      // Of several: `/orders/:id` and a fixed path beside it may know different methods.
      const found = routes.filter(({ pattern }) => pattern.test(path));
      const methods = new Set(found.flatMap((route) => [...route.methods]));
      return methods.size === 0 ? null : [...methods].sort().join(', ');
    },
  };
}

function toPattern(url: string): RegExp {
  const source = url
    .replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replace(/:\w+/g, '[^/]+')
    .replace(/\*$/, '.*');
  return new RegExp(`^${source}$`);
}
