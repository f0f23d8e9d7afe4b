import type { PrismaPg } from '@prisma/adapter-pg';

/**
 * Keeps a connection that breaks from ending the process.
 *
 * Pool and adapter listen to the errors of a connection while it is idle or has a statement under
 * way, but not from the moment at which the pool hands it to the next in line until that one has
 * heard of it. A server that ends the connection in the same packet as its last answer (57P01)
 * raises its error just there, where an `error` without a listener is thrown (reproduced). Whoever
 * uses the connection is told anyway: it refuses the next statement.
 */
export function surviveLostConnections(adapter: PrismaPg): void {
  const connect = adapter.connect.bind(adapter);
  adapter.connect = async () => {
    const driver = await connect();
    driver.underlyingDriver().on('connect', (client) => {
      client.on('error', () => {});
    });
    return driver;
  };
}
