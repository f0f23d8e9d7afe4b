import { PROBLEMS } from '@orders/domain/problems';
import { z } from 'zod';
import type { ProblemError } from './problem-error.ts';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** The body of every answer from 400 on (RFC 9457). `type` resolves to a page that explains it. */
export const problemSchema = z
  .looseObject({
    type: z.string().meta({ description: 'Stable; resolves to an explanation' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    requestId: z.string().optional(),
    errors: z
      .array(
        z.object({
          pointer: z.string().meta({ description: 'JSON Pointer (RFC 6901)' }),
          detail: z.string(),
          code: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem' });

type ProblemDocument = z.output<typeof problemSchema>;

/** What a client reads of a refusal. */
export function toProblemDocument(problem: ProblemError, requestId?: string): ProblemDocument {
  const { status, title, explanation } = PROBLEMS[problem.slug];
  const { detail, errors, members } = problem.extras;
  return {
    ...members,
    type: `/problems/${problem.slug}`,
    title,
    status,
    detail: detail ?? explanation,
    ...(errors === undefined ? {} : { errors: [...errors] }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}
