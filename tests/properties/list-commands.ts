import fc from 'fast-check';
import { adjustStock } from './commands/adjust-stock.ts';
import { flushRedis, killWorker, setProvider, settle } from './commands/break-system.ts';
import { cancelOrder } from './commands/cancel-order.ts';
import type { Command } from './commands/command.ts';
import { patchOrder } from './commands/patch-order.ts';
import { placeOrder } from './commands/place-order.ts';
import { redriveAll } from './commands/redrive.ts';
import { readOrder, replayOrder, reuseKey } from './commands/repeat-order.ts';
import { type Fate, FATES } from './model.ts';

const CUSTOMERS = 3;
const nth = fc.nat(30);
const shape = fc.constantFrom([1, 0], [0, 1], [2, 1], [1, 2], [4, 0]) satisfies fc.Arbitrary<
  readonly number[]
>;
const fates = Object.keys(FATES).filter((name): name is Fate => name in FATES);

export const PLACING: fc.Arbitrary<Command> = fc
  .record({
    customer: fc.nat(CUSTOMERS - 1),
    shape: shape.map(([first = 0, second = 0]) => [first, second] as const),
    fate: fc.oneof(fc.constant('none' as const), fc.constantFrom(...fates)),
  })
  .map(placeOrder);

const patching = fc
  .tuple(nth, shape, fc.nat(4))
  .map(([at, [first = 0, second = 0], chance]) => patchOrder(at, [first, second], chance === 0));

const cancelling = fc
  .tuple(nth, fc.constantFrom('owner', 'owner', 'operator', 'stranger'))
  .map(([at, by]) => cancelOrder(at, by));

/** Each as often as it stands here. */
export const COMMANDS: fc.Arbitrary<Command>[] = [
  PLACING,
  PLACING,
  PLACING,
  PLACING,
  fc.tuple(nth, fc.integer({ min: 1, max: 5 })).map(([at, times]) => replayOrder(at, times)),
  nth.map(reuseKey),
  nth.map(readOrder),
  cancelling,
  cancelling,
  patching,
  patching,
  fc.tuple(fc.nat(1), fc.constantFrom(-2, -20, 1, 3)).map(([at, delta]) => adjustStock(at, delta)),
  nth.map(killWorker),
  fc.constant(flushRedis()),
  fc.constantFrom('hang' as const, '503' as const, 'drop' as const).map(setProvider),
  fc.constant(setProvider('off')),
  fc.constant(redriveAll()),
  fc.constant(settle()),
];
