/** Texts that must never stand in a log, with what they are. */
export interface Secret {
  readonly name: string;
  readonly text: string;
}

/** Three base64url parts of which the first begins with `{"` (RFC 7519). */
const JSON_WEB_TOKEN = /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/;
const UNHANDLED =
  /unhandled ?(promise ?)?rejection|ERR_UNHANDLED_REJECTION|uncaught ?exception|an error that nothing handled/i;
const PROBLEM_JSON = 'application/problem+json';

/**
 * I8: what is wrong with a line of a log, in few words; empty when nothing is. What a secret is is
 * said, the secret itself never.
 */
export function judgeLogLine(line: string, secrets: readonly Secret[]): string[] {
  const details = secrets
    .filter(({ text }) => text !== '' && line.includes(text))
    .map(({ name }) => `contains ${name}`);
  if (JSON_WEB_TOKEN.test(line)) details.push('contains a JSON Web Token');
  if (UNHANDLED.test(line)) details.push('tells of an error that nothing handled');
  const answer = readAnswer(line);
  if (
    answer !== null &&
    answer.status >= 500 &&
    answer.contentType?.startsWith(PROBLEM_JSON) !== true
  ) {
    details.push(`tells of a ${answer.status} that was not ${PROBLEM_JSON}`);
  }
  return details;
}

/** The answer to a request that an NDJSON line tells of, or null when it tells of something else. */
function readAnswer(line: string): { status: number; contentType: string | null } | null {
  // Parsing every line of a long log would take longer than anything else here.
  if (!line.startsWith('{') || !/"statusCode":5\d\d/.test(line)) return null;
  const record = parseJson(line);
  const response = field(record, 'res') ?? record;
  const status = field(response, 'statusCode');
  if (typeof status !== 'number') return null;
  const contentType = field(response, 'contentType') ?? field(record, 'contentType');
  return { status, contentType: typeof contentType === 'string' ? contentType : null };
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
