export const FLOOR_CONNECTIONS = 16;

/** Writes orders, one per transaction, for so many seconds. */
export interface FloorWriter {
  readonly name: 'pgbench' | 'pg';
  write(databaseUrl: string, seconds: number): Promise<void>;
}
