import type { PrismaPg } from '@prisma/adapter-pg';

/** What ReadyForQuery says outside of any transaction (PostgreSQL protocol, 54.7). */
const IDLE = 'I';

/**
 * Keeps connections that are still inside a transaction from going back into the adapter's pool.
 *
 * When the server or the network stands still, a statement times out here (`query_timeout`), so
 * does the ROLLBACK behind it, which is then never sent, and the adapter releases the connection
 * as if nothing were wrong. The next transaction on it would begin inside the old one, and its
 * COMMIT would also commit what had been reported as failed (reproduced). The pool drops a
 * connection that is ending, and reports each release before it looks.
 */
export function discardUncleanConnections(adapter: PrismaPg): void {
  const connect = adapter.connect.bind(adapter);
  adapter.connect = async () => {
    const driver = await connect();
    driver.underlyingDriver().on('release', (_error, client) => {
      if (client.getTransactionStatus() !== IDLE) void client.end();
    });
    return driver;
  };
}
