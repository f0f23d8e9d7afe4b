import helmet from '@fastify/helmet';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { problemRoutes } from '../problems/routes.ts';

const CONTENT_SECURITY_POLICY = {
  directives: {
    defaultSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    styleSrc: ["'self'", "'unsafe-inline'"],
    // The local start serves plain HTTP, also to other machines.
    upgradeInsecureRequests: null,
  },
};

/** What people read in a browser: the interface's documentation and the problems' explanations. */
export async function pages(
  app: FastifyInstance,
  { docs }: { readonly docs: boolean },
): Promise<void> {
  await app.register(helmet, { contentSecurityPolicy: CONTENT_SECURITY_POLICY });
  await app.register(problemRoutes);
  if (docs) {
    await app.register(swaggerUi, { routePrefix: '/docs', uiConfig: { url: '/openapi.json' } });
  }
}
