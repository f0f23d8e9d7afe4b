import { ConfigError, type ConfigProblem } from './config-error.ts';
import { FAILPOINT_NAMES, type FailpointName } from './failpoint-names.ts';

const ACTIONS = ['kill', 'throw', 'hang', 'block'] as const;

export interface Failpoint {
  readonly name: FailpointName;
  readonly action: (typeof ACTIONS)[number];
  /** `once` per process; `always`; or whenever the given order is among those that pass. */
  readonly when:
    | { readonly kind: 'once' }
    | { readonly kind: 'always' }
    | { readonly kind: 'order'; readonly orderId: string };
}

/**
 * Reads `FAILPOINTS`: `name=kill|throw|hang|block[:once|:always|:order=ID]`, comma separated; `once`
 * without a condition.
 *
 * @throws ConfigError with one line for each part that is wrong
 */
export function parseFailpoints(spec: string): Failpoint[] {
  const problems: ConfigProblem[] = [];
  const failpoints: Failpoint[] = [];
  for (const part of spec
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')) {
    const parsed = parsePart(part);
    if (typeof parsed === 'string')
      problems.push({ name: 'FAILPOINTS', problem: `"${part}": ${parsed}` });
    else failpoints.push(parsed);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return failpoints;
}

function parsePart(part: string): Failpoint | string {
  const [, nameText, actionText, condition] = /^([^=]+)=([a-z]+)(?::(.+))?$/.exec(part) ?? [];
  const name = FAILPOINT_NAMES.find((known) => known === nameText);
  const action = ACTIONS.find((known) => known === actionText);
  const when = parseWhen(condition);
  if (name === undefined)
    return `there is no such failpoint; known are ${FAILPOINT_NAMES.join(', ')}`;
  if (action === undefined) return `the action must be one of ${ACTIONS.join(', ')}`;
  if (when === undefined) return 'the condition must be once, always or order=ID';
  return { name, action, when };
}

function parseWhen(condition: string | undefined): Failpoint['when'] | undefined {
  if (condition === undefined || condition === 'once') return { kind: 'once' };
  if (condition === 'always') return { kind: 'always' };
  const orderId = /^order=(.+)$/.exec(condition)?.[1];
  return orderId === undefined ? undefined : { kind: 'order', orderId };
}
