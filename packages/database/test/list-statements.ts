import pg from 'pg';
import { vi } from 'vitest';

/** Does something and lists what was sent to PostgreSQL meanwhile: the first word of each statement. */
export async function listStatements<T>(
  act: () => Promise<T>,
): Promise<{ readonly result: T; readonly statements: readonly string[] }> {
  const query = vi.spyOn(pg.Client.prototype, 'query');
  try {
    const result = await act();
    return { result, statements: query.mock.calls.map(([asked]) => firstWord(asked)) };
  } finally {
    query.mockRestore();
  }
}

function firstWord(asked: unknown): string {
  const text = typeof asked === 'object' && asked !== null ? Reflect.get(asked, 'text') : asked;
  return String(text).trim().split(/\s/, 1)[0] ?? '';
}
