import type { z } from 'zod';
import type { FieldError } from './problem-error.ts';

/** Enough to repair a request by; a hostile body of thousands of wrong members earns no more. */
const MAX_ERRORS = 20;
const MAX_POINTER = 200;

/** What a schema refused, as JSON Pointers into the part of the request that it describes. */
export function toFieldErrors(error: z.core.$ZodError): FieldError[] {
  const errors: FieldError[] = [];
  for (const issue of error.issues) {
    if (errors.length >= MAX_ERRORS) break;
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys.slice(0, MAX_ERRORS - errors.length)) {
        errors.push(toFieldError([...issue.path, key], 'unknown member', issue.code));
      }
    } else {
      errors.push(toFieldError(issue.path, issue.message, issue.code));
    }
  }
  return errors;
}

function toFieldError(path: readonly PropertyKey[], detail: string, code: string): FieldError {
  const pointer = path.map((step) => `/${escapeStep(String(step))}`).join('');
  return { pointer: pointer.slice(0, MAX_POINTER).toWellFormed(), detail, code };
}

function escapeStep(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}
