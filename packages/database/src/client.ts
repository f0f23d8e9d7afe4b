import { PrismaPg } from '@prisma/adapter-pg';
import { discardUncleanConnections } from './discard-unclean-connections.ts';
import { type Prisma, PrismaClient } from './generated/client.ts';
import type { OrderMove } from './orders/order-move.ts';
import { surviveLostConnections } from './survive-lost-connections.ts';
import type { TransactionFailpoint } from './transaction-failpoint.ts';
import { type PoolState, watchPool } from './watch-pool.ts';

export interface DatabaseConfig {
  /** `postgresql://user:password@host:port/database` */
  readonly url: string;
  readonly poolSize: number;
  /** Shown by PostgreSQL in `pg_stat_activity`. */
  readonly applicationName: string;
  /** The longest a statement may run, on the server and as seen from here. */
  readonly statementTimeoutMs?: number;
  /** The longest to wait for a connection, from the pool or to the server. */
  readonly connectTimeoutMs?: number;
  readonly failpoint?: TransactionFailpoint | undefined;
  /**
   * Told of the steps that orders have taken, each once and after COMMIT; of none whose COMMIT is
   * in doubt. Must not throw.
   */
  readonly onMoves?: ((moves: readonly OrderMove[]) => void) | undefined;
}

/** PostgreSQL through Prisma. All SQL of the system is in this package. */
export interface Database {
  readonly prisma: PrismaClient;
  /** Resolves when PostgreSQL answers; rejects like any statement does. */
  ping(): Promise<void>;
  pool(): PoolState;
  close(): Promise<void>;
  readonly failpoint?: TransactionFailpoint | undefined;
  readonly onMoves?: DatabaseConfig['onMoves'];
}

/** A connection that a transaction runs on, or the pool. */
export type Connection = Prisma.TransactionClient;

/**
 * Opens a pool. It connects at the first statement, so it never fails itself.
 *
 * Every wait has a bound on the server (statement, lock, idle in transaction) and one here, since
 * a frozen server cannot keep its own.
 */
export function createDatabase(config: DatabaseConfig): Database {
  const statementTimeoutMs = config.statementTimeoutMs ?? 1_500;
  const connectTimeoutMs = config.connectTimeoutMs ?? 1_000;
  const adapter = new PrismaPg(
    {
      connectionString: config.url,
      max: config.poolSize,
      connectionTimeoutMillis: connectTimeoutMs,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      application_name: config.applicationName,
      query_timeout: statementTimeoutMs + 300,
      options: [
        `-c statement_timeout=${statementTimeoutMs}`,
        `-c lock_timeout=${statementTimeoutMs}`,
        `-c idle_in_transaction_session_timeout=${statementTimeoutMs * 2}`,
        // Plans of prepared statements must not be made anew for every batch size.
        '-c plan_cache_mode=auto',
        '-c timezone=UTC',
      ].join(' '),
    },
    { statementNameGenerator: createStatementNames() },
  );
  discardUncleanConnections(adapter);
  surviveLostConnections(adapter);
  const pool = watchPool(adapter);
  const prisma = new PrismaClient({
    adapter,
    errorFormat: 'minimal',
    // A transaction is a few statements: it has time for three that take as long as they may.
    transactionOptions: { maxWait: connectTimeoutMs, timeout: 3 * statementTimeoutMs + 500 },
  });
  return {
    prisma,
    pool,
    failpoint: config.failpoint,
    onMoves: config.onMoves,
    async ping() {
      await prisma.$queryRaw`SELECT 1`;
    },
    async close() {
      await prisma.$disconnect();
    },
  };
}

/**
 * Names for prepared statements: the same text has the same name on every connection. Bounded,
 * since Prisma's typed client makes texts without end (`IN ($1, …, $n)`) and each stays in the
 * memory of every server process; what comes after the bound is not prepared.
 */
function createStatementNames(): (query: { sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    if (names.size >= 200) return '';
    const name = `s${names.size}`;
    names.set(sql, name);
    return name;
  };
}
