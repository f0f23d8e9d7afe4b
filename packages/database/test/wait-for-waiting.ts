import { expect } from 'vitest';
import type { TestDatabase } from './start-database.ts';

/** Until so many statements wait for locks. */
export async function waitForWaiting(database: TestDatabase, count: number): Promise<void> {
  await expect
    .poll(
      () =>
        database.sql(`SELECT FROM pg_stat_activity WHERE datname = current_database()
                         AND wait_event_type = 'Lock'`),
      { timeout: 5_000, interval: 5 },
    )
    .toHaveLength(count);
}
