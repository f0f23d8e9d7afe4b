// Loaded by --import into a running api: appends a line to ROUTES_FILE for each Fastify instance of
// the process once it is ready, with every route that it has, documented or not. The process itself
// knows nothing of it.
import diagnostics from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';

diagnostics.subscribe('fastify.initialization', ({ fastify }) => {
  const routes = [];
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push({ method: one, url });
  });
  fastify.addHook('onReady', async () => {
    appendFileSync(process.env['ROUTES_FILE'], `${JSON.stringify(routes)}\n`);
  });
});
