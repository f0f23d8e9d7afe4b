import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

interface Document {
  readonly paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, unknown> }> }>
  >;
}

/** Throws unless an answer is one that the served document describes. */
export type DocumentCheck = (
  method: string,
  url: string,
  status: number,
  contentType: string,
  text: string,
) => void;

export function createDocumentCheck(document: Document): DocumentCheck {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(document, 'openapi');
  const validators = new Map<string, ValidateFunction>();

  function validate(pointer: string, text: string): void {
    const validator = validators.get(pointer) ?? ajv.compile({ $ref: `openapi#${pointer}` });
    validators.set(pointer, validator);
    if (!validator(JSON.parse(text))) {
      throw new Error(
        `the answer is not as documented: ${ajv.errorsText(validator.errors)}\n${text}`,
      );
    }
  }

  return (method, url, status, contentType, text) => {
    if (status >= 400) refuseIndiscretions(text);
    const path = findPath(document, url.split('?', 1)[0] ?? '');
    const verb = (method === 'HEAD' ? 'get' : method).toLowerCase();
    const responses = path === undefined ? undefined : document.paths[path]?.[verb]?.responses;
    if (path === undefined || responses === undefined) {
      // No such route, so nobody could have documented it; the body is a problem all the same.
      if (text !== '' && /json/.test(contentType)) validate('/components/schemas/Problem', text);
      return;
    }
    const response = responses[String(status)];
    if (response === undefined)
      throw new Error(`${method} ${path} does not document ${status}: ${text}`);
    if (text === '') return;
    const type = contentType.split(';', 1)[0] ?? '';
    if (response.content?.[type] === undefined) {
      throw new Error(`${method} ${path} does not document ${type} for ${status}`);
    }
    if (!type.includes('json')) return;
    const steps = ['paths', path, verb, 'responses', String(status), 'content', type, 'schema'];
    validate(steps.map((step) => `/${toFragment(step)}`).join(''), text);
  };
}

/** A body must not tell how the service is built. */
export function refuseIndiscretions(text: string): void {
  if (/\n\s+at |node_modules|\bSELECT\b|\bINSERT\b|prisma|postgres/i.test(text)) {
    throw new Error(`the body says too much: ${text}`);
  }
}

/** A path that is spelled out goes before one with a parameter, as in the router. */
function findPath(document: Document, url: string): string | undefined {
  if (document.paths[url] !== undefined) return url;
  return Object.keys(document.paths).find((path) =>
    new RegExp(`^${path.replaceAll('.', String.raw`\.`).replace(/\{\w+\}/g, '[^/]+')}$`).test(url),
  );
}

function toFragment(step: string): string {
  return encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));
}
