import type { onRequestHookHandler } from 'fastify';
import { principalOf } from '../plugins/authentication.ts';
import { ProblemError } from '../problems/problem-error.ts';

/** The `onRequest` hook of routes for operators only; runs after authentication and rate limits. */
export const requireOperator: onRequestHookHandler = (request, _reply, next) => {
  next(principalOf(request).isOperator ? undefined : new ProblemError('forbidden'));
};
