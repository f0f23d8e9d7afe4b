import { z } from 'zod';

export interface ConfigVariable {
  readonly name: string;
  /** What `.describe()` says, wherever in the chain it stands. */
  readonly description: string;
  readonly required: boolean;
  readonly secret: boolean;
  readonly default: unknown;
}

/** What a schema says of each of its variables, in the order in which they are declared. */
export function describeConfig(schema: z.ZodObject<z.ZodRawShape>): ConfigVariable[] {
  return Object.entries(schema.shape).map(([name, variable]) => {
    const layers = layersOf(variable);
    const metas = layers.map((layer) => z.globalRegistry.get(layer));
    const optional = layers.find(
      (layer) => layer instanceof z.ZodOptional || layer instanceof z.ZodDefault,
    );
    return {
      name,
      description: metas.find((meta) => meta?.description !== undefined)?.description ?? '',
      required: optional === undefined,
      secret: metas.some((meta) => meta?.secret === true),
      default: optional instanceof z.ZodDefault ? optional.def.defaultValue : undefined,
    };
  });
}

/** The schema and what it wraps, outermost first: `.optional()` and its like keep no description. */
function layersOf(schema: z.core.$ZodType): z.core.$ZodType[] {
  const layers: z.core.$ZodType[] = [];
  for (let layer: z.core.$ZodType | undefined = schema; layer !== undefined; layer = innerOf(layer))
    layers.push(layer);
  return layers;
}

function innerOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodNullable
  ) {
    return schema.def.innerType;
  }
  return schema instanceof z.ZodPipe ? schema.def.in : undefined;
}
