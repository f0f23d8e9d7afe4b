import type { SwaggerTransform } from '@fastify/swagger';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { acceptsNothing } from '../http/accepts-nothing.ts';
import type { DescribedResponse } from './described-response.ts';
import { OPTIONAL_BODY } from './optional-bodies.ts';

/**
 * The type provider turns zod schemas into JSON Schema; of responses it keeps description and
 * schema only, so headers and examples are put back here.
 */
export const transform: SwaggerTransform = (route) => {
  const transformed = jsonSchemaTransform(route);
  // The generator knows only bodies that must be there: the whole document is told afterwards.
  if (acceptsNothing(route.schema?.body)) Object.assign(transformed.schema ?? {}, OPTIONAL_BODY);
  const described: unknown = route.schema?.response;
  const responses: unknown = Reflect.get(transformed.schema ?? {}, 'response');
  if (!isRecord(described) || !isRecord(responses)) return transformed;
  for (const [status, response] of Object.entries(responses)) {
    const origin = described[status];
    if (isRecord(response) && isDescribed(origin)) complete(response, origin);
  }
  return transformed;
};

function complete(
  response: Record<string, unknown>,
  { headers, content }: DescribedResponse,
): void {
  if (headers !== undefined && Object.keys(headers).length > 0) response['headers'] = headers;
  for (const [type, { examples }] of Object.entries(content)) {
    const media = isRecord(response['content']) ? response['content'][type] : undefined;
    if (isRecord(media) && examples !== undefined) media['examples'] = examples;
  }
}

function isDescribed(value: unknown): value is DescribedResponse {
  return isRecord(value) && isRecord(value['content']);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
