import { fastify } from 'fastify';
import pg from 'pg';
import { readEnvironment } from '../environment.ts';

const { databaseUrl, port } = readEnvironment();
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
const app = fastify();

app.get('/health', () => ({ ok: true }));

/** The one SELECT, and nothing else: no token, no check, no headers. */
app.get<{ Params: { id: string } }>('/orders/:id', async (request, reply) => {
  const { rows } = await pool.query<{ order: string }>({
    name: 'read-order',
    text: `SELECT json_build_object(
             'id', o.id, 'customerId', o.customer_id, 'status', o.status, 'reason', o.reason,
             'items', (SELECT json_agg(json_build_object('sku', i.sku, 'quantity', i.quantity,
                         'unitPrice', json_build_object('amount', i.unit_price_minor, 'currency', o.currency))
                         ORDER BY i.position)
                         FROM order_items i WHERE i.order_id = o.id),
             'total', json_build_object('amount', o.total_minor, 'currency', o.currency),
             'metadata', o.metadata, 'version', o.version, 'createdAt', o.created_at,
             'updatedAt', o.updated_at, 'processingStartedAt', o.processing_started_at,
             'processingFinishedAt', o.processing_finished_at, 'completedAt', o.completed_at)::text AS order
             FROM orders o WHERE o.id = $1`,
    values: [request.params.id],
  });
  const [row] = rows;
  if (row === undefined) return reply.code(404).send();
  return reply.type('application/json').send(row.order);
});

await app.listen({ host: '127.0.0.1', port });
