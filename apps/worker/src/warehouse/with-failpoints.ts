import type { Failpoints } from '@orders/service/failpoints';
import type { WarehouseClient } from './warehouse-client.ts';

/** The same warehouse, with a boundary before and after each call where a crash can be provoked. */
export function withFailpoints(client: WarehouseClient, failpoints: Failpoints): WarehouseClient {
  async function between<T>(call: () => Promise<T>): Promise<T> {
    await failpoints.hit('warehouse.before');
    const answer = await call();
    await failpoints.hit('warehouse.after');
    return answer;
  }
  return {
    reportSold: (report, signal) => between(() => client.reportSold(report, signal)),
    readPage: (cursor, signal) => between(() => client.readPage(cursor, signal)),
    close: () => client.close(),
  };
}
