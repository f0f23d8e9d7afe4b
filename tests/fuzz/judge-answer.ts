import { PROBLEMS } from '@orders/domain/problems';
import { BELIEVED } from '../authorisation/bearer-tokens.ts';
import type { Answer } from './exchange-bytes.ts';
import type { DocumentCheck } from './check-document.ts';
import type { RequestPlan } from './plan-request.ts';

const PROBLEM_TYPE = 'application/problem+json';
const SLUGS: ReadonlyMap<string, number> = new Map(
  Object.entries(PROBLEMS).map(([slug, { status }]) => [`/problems/${slug}`, status]),
);
/** What the statuses promise beside their body. */
const NEEDED_HEADERS: Readonly<Record<number, string>> = {
  401: 'www-authenticate',
  405: 'allow',
  429: 'retry-after',
  503: 'retry-after',
};
const INDISCRETION = /\n\s+at |node_modules|\bSELECT\b|\bINSERT\b|prisma|postgres|ECONN/i;
/** No request may take longer, on a machine that has other things to do. */
const MAX_MS = 5_000;

/** What is wrong with an answer, in a line each; empty when nothing is. */
export function judgeAnswer(
  plan: RequestPlan,
  answer: Answer,
  isDocumented: DocumentCheck,
): string[] {
  const { status, headers, text, ms } = answer;
  const wrong: string[] = [];
  if (status >= 500 && status !== 503) wrong.push(`answered with ${status}`);
  if (status < 400 && !plan.operation.isPublic && !BELIEVED.has(plan.token)) {
    if (plan.games.every(([name]) => name !== 'authorization')) {
      wrong.push(`let somebody in whose token is: ${plan.token}`);
    }
  }
  const needed = NEEDED_HEADERS[status];
  if (needed !== undefined && !headers.has(needed)) wrong.push(`${status} without ${needed}`);
  if (status >= 400) wrong.push(...judgeProblem(answer));
  if (ms > MAX_MS) wrong.push(`took ${Math.round(ms)} ms`);
  const { method, path } = plan.operation;
  const type = headers.get('content-type') ?? '';
  const undocumented = isDocumented(method, path, status, type, text);
  if (undocumented !== null) wrong.push(undocumented);
  return wrong;
}

function judgeProblem({ status, headers, text }: Answer): string[] {
  const type = headers.get('content-type');
  if (type !== PROBLEM_TYPE) return [`a refusal that is ${String(type)}`];
  const problem = parseObject(text);
  if (problem === null) return ['a problem that is not JSON'];
  const wrong: string[] = [];
  if (SLUGS.get(String(problem['type'])) !== status || problem['status'] !== status) {
    wrong.push(`${status} says that it is ${String(problem['type'])}`);
  }
  if (INDISCRETION.test(text)) wrong.push('the body tells of the inside');
  return wrong;
}

export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}
