import pg from 'pg';

/** Runs work on a connection of its own, without limits of time, and closes it. */
export async function onDatabase<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'orders-bench' });
  // A connection that breaks also fails its query, which is where it is heard of.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The first column of the first row, as a number; 0 when it is null. */
export async function readNumber(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<number> {
  return onDatabase(url, async (client) => {
    const { rows } = await client.query<unknown[]>({ text, values: [...values], rowMode: 'array' });
    return Number(rows[0]?.[0] ?? 0);
  });
}
