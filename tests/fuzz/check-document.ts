import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { OpenApi } from './open-api.ts';

/** What is wrong with an answer to an operation by the served document; null when nothing is. */
export type DocumentCheck = (
  method: string,
  path: string,
  status: number,
  contentType: string,
  text: string,
) => string | null;

export function createDocumentCheck(document: OpenApi): DocumentCheck {
  const ajv = new Ajv2020({ strict: false });
  formats.default(ajv);
  ajv.addSchema(document, 'openapi');
  const validators = new Map<string, ValidateFunction>();

  function validatorOf(steps: readonly string[]): ValidateFunction {
    const pointer = steps.map((step) => `/${toFragment(step)}`).join('');
    const validator = validators.get(pointer) ?? ajv.compile({ $ref: `openapi#${pointer}` });
    validators.set(pointer, validator);
    return validator;
  }

  return (method, path, status, contentType, text) => {
    const verb = method.toLowerCase();
    const responses = document.paths[path]?.[verb]?.responses;
    const response = responses?.[String(status)];
    if (response === undefined) return `${status} is not documented`;
    const type = contentType.split(';', 1)[0] ?? '';
    if (text === '') return null;
    if (response.content?.[type] === undefined) return `${type} is not documented for ${status}`;
    if (!type.endsWith('json')) return null;
    const validate = validatorOf([
      'paths',
      path,
      verb,
      'responses',
      String(status),
      'content',
      type,
      'schema',
    ]);
    return validate(JSON.parse(text))
      ? null
      : `not as documented: ${ajv.errorsText(validate.errors)}`;
  };
}

function toFragment(step: string): string {
  return encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));
}
