import { demand } from '../model.ts';
import { anyTime, type Command, noteAs } from './command.ts';

/** Units come or go by hand, asked for twice and done once. More than there are cannot go. */
export function adjustStock(which: number, delta: number): Command {
  return anyTime(`adjust(sku ${which}, ${delta})`, async (model, real) => {
    const stock = model.stock[which % model.stock.length];
    if (stock === undefined) return;
    model.count += 1;
    const ask = () =>
      real.ask('POST', `/admin/inventory/${stock.sku}/adjustments`, {
        headers: { 'idempotency-key': `${model.name}-${model.count}` },
        body: { delta, reason: 'the model says so' },
      });
    const [first, second] = [await ask(), await ask()];
    demand(first.status === second.status, `${first.status} and then ${second.status}`);
    noteAs(model, `adjust → ${first.status}`);
    if (first.status === 409) {
      demand(delta < 0, 'units that came were refused');
      const left = Number(first.body['onHand']);
      demand(left + delta < 0, `${-delta} of ${left} units could not go`);
      return;
    }
    demand(first.status === 201, `an adjustment was answered with ${first.status}`);
    demand(second.replayed, 'an adjustment was carried out twice');
    demand(second.body['onHand'] === first.body['onHand'], 'a replay told another stock');
    stock.units += delta;
    demand(Number(first.body['onHand']) <= stock.units, 'more units than ever came');
  });
}
