import type fc from 'fast-check';
import type { Model, ModelOrder } from '../model.ts';
import type { Real } from '../system-under-test.ts';

export type Command = fc.AsyncCommand<Model, Real>;

/** A command that needs an order, the `nth` of those that there are. */
export function aboutOrder(
  name: string,
  nth: number,
  run: (order: ModelOrder, model: Model, real: Real) => Promise<void>,
): Command {
  const pick = ({ orders }: Model) => orders[nth % (orders.length || 1)];
  return {
    check: (model) => pick(model) !== undefined,
    run: async (model, real) => {
      const order = pick(model);
      if (order === undefined) return;
      note(model, name);
      await run(order, model, real);
    },
    toString: () => `${name}(order ${nth})`,
  };
}

/** A command that can always be given. */
export function anyTime(name: string, run: (model: Model, real: Real) => Promise<void>): Command {
  return {
    check: () => true,
    run: async (model, real) => {
      note(model, name);
      await run(model, real);
    },
    toString: () => name,
  };
}

function note(model: Model, name: string): void {
  noteAs(model, /^\w+( [a-z]\w*)?/i.exec(name)?.[0] ?? name);
}

/** Counts what a command came to, for the summary. */
export function noteAs({ ran }: Model, what: string): void {
  ran.set(what, (ran.get(what) ?? 0) + 1);
}

/** So many units of each of the two SKUs that a sequence has. */
export type BasketShape = readonly [first: number, second: number];

export function toBasket(
  { stock }: Model,
  shape: BasketShape,
): { sku: string; quantity: number }[] {
  return stock.flatMap(({ sku }, at) => {
    const quantity = shape[at] ?? 0;
    return quantity === 0 ? [] : [{ sku, quantity }];
  });
}
