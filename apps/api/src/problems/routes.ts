import { PROBLEMS } from '@orders/domain/problems';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { problemResponses } from '../openapi/problem-responses.ts';
import { ProblemError } from './problem-error.ts';

/** `GET /problems/:slug`: what the `type` of a problem resolves to, for anyone. */
export async function problemRoutes(app: FastifyInstance): Promise<void> {
  app.get<{ Params: { slug: string } }>(
    '/problems/:slug',
    {
      schema: {
        operationId: 'explainProblem',
        summary: 'What a type of problem means',
        tags: ['about'],
        security: [],
        params: z.strictObject({ slug: z.string().meta({ examples: ['duplicate-order'] }) }),
        response: {
          200: {
            description: 'A page',
            content: { 'text/html': { schema: z.string() } },
          },
          ...problemResponses('not-found'),
        },
      },
    },
    (request, reply) => {
      const { slug } = request.params;
      const problem = Object.entries(PROBLEMS).find(([name]) => name === slug)?.[1];
      if (problem === undefined) throw new ProblemError('not-found');
      return reply.type('text/html; charset=utf-8').send(renderPage(slug, problem));
    },
  );
}

function renderPage(
  slug: string,
  { status, title, explanation }: { status: number; title: string; explanation: string },
): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>
<body>
<h1>${escapeHtml(title)}</h1>
<p>Status ${status}, type <code>/problems/${escapeHtml(slug)}</code></p>
<p>${escapeHtml(explanation)}</p>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
