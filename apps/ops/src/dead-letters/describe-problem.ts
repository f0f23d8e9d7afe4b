import { PROBLEMS, type ProblemSlug } from '@orders/domain/problems';

/** A refusal as the admin routes tell it (RFC 9457), without what only an HTTP answer has. */
export function describeProblem(
  slug: ProblemSlug,
  detail: string,
  members: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const { title, status } = PROBLEMS[slug];
  return { ...members, type: `/problems/${slug}`, title, status, detail };
}
