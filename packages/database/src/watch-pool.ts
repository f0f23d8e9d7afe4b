import type { PrismaPg } from '@prisma/adapter-pg';

/** The connections of one process, as of now. */
export interface PoolState {
  readonly open: number;
  readonly idle: number;
  /** Statements and transactions that wait for a connection. */
  readonly waiting: number;
}

/** Makes a look into the adapter's pool, which is made with its first connection. */
export function watchPool(adapter: PrismaPg): () => PoolState {
  let look: () => PoolState = () => ({ open: 0, idle: 0, waiting: 0 });
  const connect = adapter.connect.bind(adapter);
  adapter.connect = async () => {
    const driver = await connect();
    const pool = driver.underlyingDriver();
    look = () => ({ open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount });
    return driver;
  };
  return () => look();
}
