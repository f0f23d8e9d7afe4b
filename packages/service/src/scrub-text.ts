const CENSOR = '[redacted]';

// Nothing below can match across an unescaped quote, so scrubbing a finished line of JSON leaves it
// valid JSON. Lengths are bounded where a pattern could otherwise be tried at every letter.
const SECRET_NAME =
  '[\\w-]{0,40}(?:password|secret|token|authorization|cookie|database_?url|redis_?url|api_?key)';
const SECRET_MEMBER = new RegExp(`("${SECRET_NAME}"\\s?:\\s?")(?:[^"\\\\]|\\\\.)+`, 'gi');
const QUOTED_SECRET_MEMBER = new RegExp(
  `(\\\\"${SECRET_NAME}\\\\"\\s?:\\s?\\\\")(?:[^"\\\\]|\\\\\\\\(?:\\\\.|[^"\\\\]))+`,
  'gi',
);
const URL_CREDENTIALS = /\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/"'\\<>]*@/gi;
const AUTHORIZATION = /\b(Bearer|Basic)\s+[\w~+/.=-]{4,}/gi;
const JSON_WEB_TOKEN = /\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*/g;
const ASSIGNMENT = /\b(password|passwd|pwd|secret|token|api_?key)=[^\s"'\\&,;]+/gi;

/**
 * Takes secrets out of text, finished lines of JSON included: members whose name says that they are
 * secret, at any depth and also within a quoted JSON; credentials in URLs (of databases above all,
 * whose drivers quote them in error messages), authorization schemes, JSON Web Tokens, `password=…`.
 */
export function scrubText(text: string): string {
  return text
    .replace(SECRET_MEMBER, `$1${CENSOR}`)
    .replace(QUOTED_SECRET_MEMBER, `$1${CENSOR}`)
    .replace(URL_CREDENTIALS, `$1${CENSOR}@`)
    .replace(AUTHORIZATION, `$1 ${CENSOR}`)
    .replace(JSON_WEB_TOKEN, CENSOR)
    .replace(ASSIGNMENT, `$1=${CENSOR}`);
}
