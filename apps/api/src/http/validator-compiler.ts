import type { FastifySchemaCompiler } from 'fastify';
import { z } from 'zod';
import { ProblemError } from '../problems/problem-error.ts';
import { toFieldErrors } from '../problems/field-errors.ts';

const PART: Readonly<Record<string, string>> = {
  body: 'The body',
  params: 'The path',
  querystring: 'The query string',
};

/**
 * Validates the parts of a request by their zod schemas, without converting or dropping anything
 * that the schema does not. Headers are described by theirs but read where they are used.
 */
export const validatorCompiler: FastifySchemaCompiler<unknown> = ({ schema, httpPart = '' }) => {
  if (!(schema instanceof z.ZodType)) throw new Error('requests are described by zod schemas');
  if (httpPart === 'headers') return (value: unknown) => ({ value });
  return (value) => {
    const parsed = schema.safeParse(value);
    return parsed.success
      ? { value: parsed.data }
      : { error: validationProblem(parsed.error, httpPart) };
  };
};

/**
 * For routes whose body's schema depends on who sends it, or that may come without one (which
 * Fastify shows validators as null): they call {@link parseBody} themselves.
 */
export const validatorCompilerWithoutBody: FastifySchemaCompiler<unknown> = (definition) =>
  definition.httpPart === 'body' ? () => true : validatorCompiler(definition);

/** @throws ProblemError `validation-error` */
export function parseBody<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw validationProblem(parsed.error, 'body');
}

function validationProblem(error: z.ZodError, httpPart: string): ProblemError {
  return new ProblemError('validation-error', {
    detail: `${PART[httpPart] ?? 'The request'} does not fit its schema.`,
    errors: toFieldErrors(error),
  });
}
