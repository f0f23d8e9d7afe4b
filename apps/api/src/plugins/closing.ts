import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';

const SWEEP_MS = 50;

/**
 * Makes `close()` end soon, whatever clients hold open. Node closes the connections that are idle
 * when it is called, no later ones, and no longer looks at its time-outs.
 *
 * @param options.graceMs when requests still under way are cut off; longer than any handler takes
 */
export const closing = fp(function closing(
  app: FastifyInstance,
  { graceMs }: { readonly graceMs: number },
  done,
) {
  let isClosing = false;
  let sweep: NodeJS.Timeout | undefined;
  let cut: NodeJS.Timeout | undefined;

  app.addHook('preClose', (next) => {
    isClosing = true;
    sweep = setInterval(() => app.server.closeIdleConnections(), SWEEP_MS);
    cut = setTimeout(() => app.server.closeAllConnections(), graceMs);
    next();
  });
  // Fastify tells requests that come from now on; those under way have to be told, too.
  app.addHook('onSend', (_request, reply, payload, next) => {
    if (isClosing) reply.header('connection', 'close');
    next(null, payload);
  });
  app.addHook('onClose', (_instance, next) => {
    clearInterval(sweep);
    clearTimeout(cut);
    next();
  });
  done();
});
