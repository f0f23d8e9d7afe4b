import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { createCursors, type Cursors } from '../http/cursors.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Cursors of all lists; see `http/list-page.ts`. */
    readonly cursors: Cursors;
  }
}

/** Cursors of lists, good at every replica that has the same secret. */
export const cursors = fp(function cursors(
  app: FastifyInstance,
  { secret }: { readonly secret: string },
  done,
) {
  app.decorate('cursors', createCursors(secret));
  done();
});
