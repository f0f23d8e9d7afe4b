import pg from 'pg';
import { readEnvironment } from '../environment.ts';
import { startApi } from '../plain-sql/start-api.ts';

const { databaseUrl, port } = readEnvironment();
const pool = new pg.Pool({ connectionString: databaseUrl, max: 20 });

await startApi(
  pool,
  async (client, orderId) => {
    await client.query({
      name: 'add-job',
      text: "SELECT graphile_worker.add_job('fulfil', payload := $1::json)",
      values: [JSON.stringify({ orderId })],
    });
  },
  port,
);
