import { demand, type Model, toStatus } from '../model.ts';
import { look, type Real } from '../system-under-test.ts';
import { anyTime, type Command } from './command.ts';

/** Sends all failed orders on their way again, each twice at once: one is done, one is refused. */
export function redriveAll(): Command {
  return anyTime('redrive', async (model, real) => {
    for (const letter of await listOpenLetters(model, real)) {
      await redriveTwice(model, real, letter);
    }
  });
}

export interface Letter {
  readonly id: string;
  readonly orderId: string;
  readonly reason: string;
}

async function redriveTwice(model: Model, real: Real, { id, orderId }: Letter): Promise<void> {
  const ask = () =>
    real.ask('POST', `/admin/dead-letters/${id}/redrive`, { body: { force: true } });
  const answers = await Promise.all([ask(), ask()]);
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
  const isRepeated = answers.some(({ tries }) => tries > 1);
  demand(
    (statuses[0] === 200 || isRepeated) && statuses[1] === 409,
    `two redrives of ${id} were answered with ${statuses.join(' and ')}`,
  );
  const order = model.orders.find((one) => one.id === orderId);
  const done = answers.find(({ status }) => status === 200);
  if (order === undefined) return;
  // It is on its way again, and its version has risen: how far, the next look will tell.
  order.seen =
    done === undefined
      ? await look(real, order)
      : { status: toStatus(done.body['status']), version: order.seen.version };
}

/** Dead letters of the model's orders that wait for an operator. */
export async function listOpenLetters({ orders }: Model, real: Real): Promise<Letter[]> {
  const { status, body } = await real.ask('GET', '/admin/dead-letters?state=open&limit=100');
  demand(status === 200 && Array.isArray(body['data']), 'dead letters cannot be listed');
  const data: readonly Letter[] = body['data'];
  return data.filter(({ orderId }) => orders.some(({ id }) => id === orderId));
}
