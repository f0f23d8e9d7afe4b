import pg from 'pg';
import { readEnvironment } from '../environment.ts';
import { startApi } from '../plain-sql/start-api.ts';
import { QUEUE, startBoss } from './queue.ts';

const { databaseUrl, port } = readEnvironment();
const pool = new pg.Pool({ connectionString: databaseUrl, max: 20 });
const boss = await startBoss(databaseUrl, 2);

await startApi(
  pool,
  async (client, orderId) => {
    // Its own way of sending a job within the caller's transaction.
    const db = { executeSql: (text: string, values: unknown[]) => client.query(text, values) };
    await boss.send(QUEUE, { orderId }, { db });
  },
  port,
);
