import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { describeConfig } from './describe-config.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the variables that `schema` names out of `env`, once, at start.
 *
 * An empty string counts as absent. A secret may be given as `<NAME>_FILE`, the path of a file whose
 * content is the value (less a trailing newline), as container platforms mount them.
 *
 * @throws ConfigError listing everything that is wrong, not only the first thing
 */
export function parseConfig<S extends z.ZodObject<z.ZodRawShape>>(
  schema: S,
  env: Environment,
): z.output<S> {
  const problems: ConfigProblem[] = [];
  const input: Record<string, string> = {};
  const variables = describeConfig(schema);
  for (const { name, secret } of variables) {
    const read = secret ? readSecret(name, env) : { value: env[name] };
    if (read.problem !== undefined) problems.push(read.problem);
    if (read.value !== undefined && read.value !== '') input[name] = read.value;
  }
  const parsed = schema.safeParse(input, { error: explainIssue });
  const secrets = new Set(variables.filter(({ secret }) => secret).map(({ name }) => name));
  const already = new Set(problems.map(({ name }) => name.replace(/_FILE$/, '')));
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0] ?? 'environment');
    if (!already.has(name))
      problems.push({
        name,
        problem: secrets.has(name) ? withoutValue(issue.message, input[name]) : issue.message,
      });
  }
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return parsed.data;
}

function readSecret(
  name: string,
  env: Environment,
): { value?: string | undefined; problem?: ConfigProblem } {
  const value = env[name];
  const path = env[`${name}_FILE`];
  if (path === undefined || path === '') return { value };
  if (value !== undefined && value !== '') {
    return { problem: { name, problem: `set either it or ${name}_FILE, not both` } };
  }
  try {
    return { value: readFileSync(path, 'utf8').replace(/\r?\n$/, '') };
  } catch (error) {
    // The path is not shown: whoever mistakes one variable for the other puts the secret itself there.
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return { problem: { name: `${name}_FILE`, problem: `the file cannot be read (${code})` } };
  }
}

function explainIssue(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'is required';
  if (issue.code === 'invalid_value')
    return `must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_small')
    return `must be at least ${issue.minimum}${issue.origin === 'string' ? ' characters' : ''}`;
  if (issue.code === 'too_big')
    return `must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}`;
  return undefined;
}

/** A schema's message may quote what it refuses; a secret is not shown even then. */
function withoutValue(message: string, value: string | undefined): string {
  return value !== undefined && value !== '' ? message.replaceAll(value, '[value]') : message;
}
