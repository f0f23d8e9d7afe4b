import type { Target } from '../target.ts';
import type { Secret } from './judge-log-line.ts';

/** The secrets of what a command works on, which no log may contain. */
export function listSecrets({ databaseUrl, redisUrl, issuer, stack }: Target): Secret[] {
  const secrets: Secret[] = [
    { name: "the tokens' signing secret", text: issuer?.secret ?? '' },
    { name: "the database's password", text: passwordOf(databaseUrl) },
    { name: "Redis's password", text: passwordOf(redisUrl) },
    { name: "the customer's token", text: stack?.tokens.customer ?? '' },
    { name: "the operator's token", text: stack?.tokens.operator ?? '' },
  ];
  // A password such as `postgres` is a word, and stands in every log.
  return secrets.filter(({ text }) => text.length >= 12);
}

function passwordOf(url: string | null): string {
  return url !== null && URL.canParse(url) ? decodeURIComponent(new URL(url).password) : '';
}
