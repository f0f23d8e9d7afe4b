import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TOKENS } from './mint-token.ts';
import type { Stores } from './start-stores.ts';

/** A text that no log may contain, in whatever form. */
export interface Canary {
  /** What it is; the text itself is never told. */
  readonly name: string;
  readonly text: string;
}

/** What every system of these suites must keep to itself. */
export function canariesOf(
  { postgres }: Pick<Stores, 'postgres'>,
  bearers: Readonly<Record<string, string | null>> = {},
): Canary[] {
  return [
    { name: "the tokens' secret", text: TOKENS.secret },
    { name: "the database's password", text: new URL(postgres.url).password },
    ...Object.entries(bearers).flatMap(([kind, bearer]) =>
      // `Bearer a.b.c` is found in every log.
      bearer === null || bearer.length < 40
        ? []
        : { name: `the token that is: ${kind}`, text: bearer.slice('Bearer '.length) },
    ),
  ];
}

/** What nobody should write whoever's it is. */
const SUSPICIOUS: readonly (readonly [string, RegExp])[] = [
  ['a JSON Web Token', /\beyJ[\w-]{5,}\.[\w-]{5,}/],
  ['a bearer token', /\bBearer\s+(?!\[redacted\])[\w.~+/=-]{8,}/i],
  ['basic credentials', /\bBasic\s+(?!\[redacted\])[\w+/=]{8,}/i],
  ['an Authorization header', /authorization["']?\s*[:=]\s*["']?(?!\[redacted\])[^\s"',}\]]{4,}/i],
  ['a URL with a password', /\b[a-z+]{3,20}:\/\/[^\s/"'@[\]]*:[^\s/"'@[\]]+@/i],
];

/**
 * Looks for secrets in every file below a folder, also in the encodings that a careless hand might
 * give them. One finding per file and secret, with its line.
 */
export async function findSecrets(
  folder: string,
  canaries: readonly Canary[],
): Promise<{ readonly findings: string[]; readonly lines: number }> {
  const findings: string[] = [];
  const patterns = patternsOf(canaries);
  let lines = 0;
  for (const file of await listFiles(folder)) {
    const texts = (await readFile(join(folder, file), 'utf8')).split('\n');
    lines += texts.length;
    const told = new Set<string>();
    for (const [index, text] of texts.entries()) {
      for (const [name, isIn] of patterns) {
        if (told.has(name) || !isIn(text)) continue;
        told.add(name);
        findings.push(`${file}:${index + 1} contains ${name}`);
      }
    }
  }
  return { findings, lines };
}

export function secretsIn(text: string, canaries: readonly Canary[]): string[] {
  return patternsOf(canaries)
    .filter(([, isIn]) => isIn(text))
    .map(([name]) => name);
}

function patternsOf(
  canaries: readonly Canary[],
): (readonly [name: string, isIn: (text: string) => boolean])[] {
  return [
    ...canaries.map(({ name, text: secret }) => {
      const forms = formsOf(secret);
      return [name, (text: string) => forms.some((form) => text.includes(form))] as const;
    }),
    ...SUSPICIOUS.map(([name, pattern]) => [name, (text: string) => pattern.test(text)] as const),
  ];
}

/** As it is, escaped, and in the encodings of which a part always stays the same. */
function formsOf(text: string): string[] {
  const base64 = Buffer.from(text).toString('base64');
  return [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    // Its last letters depend on what follows.
    base64.slice(0, -4),
    base64.replaceAll('+', '-').replaceAll('/', '_').slice(0, -4),
    Buffer.from(text).toString('hex'),
  ];
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
