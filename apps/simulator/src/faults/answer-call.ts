import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, sendAnswer } from '../http/answer.ts';
import type { World } from '../world.ts';
import { answerAfter, answerBefore } from './carry-out.ts';
import { type OrderFates, nextMishap } from './fate-book.ts';
import { type Fault, FAULTS, type FaultOf, type Mishap, type Scope } from './fault.ts';
import { drawMishap } from './weather.ts';

/** One call of a partner. */
export interface Call {
  readonly scope: Scope;
  /** Names it in the drawing of lots: the idempotency key, or what stands for it. */
  readonly key: string;
  /** What its order asked for, which goes before the lot. */
  readonly fates: OrderFates | undefined;
  /** Carries it out in memory and in the journal; must not wait in between. */
  readonly execute: (feedFault: FaultOf<'feed'> | undefined) => Answer;
}

/**
 * Answers one call, with what goes wrong in it, once what it did is durable. A client that gave up
 * meanwhile changes nothing: after its delay the call is still carried out, as by a slow partner,
 * so that a charge can appear after a lookup that did not find it. Calls that are still delayed
 * when the simulator closes are not carried out.
 */
export async function answerCall(
  world: World,
  response: ServerResponse,
  call: Call,
): Promise<void> {
  const { fault, delayMs } = findMishap(world, call);
  if (delayMs > 0) {
    await wait(delayMs, undefined, { ref: false });
    if (world.closing) {
      response.destroy();
      return;
    }
  }
  if (fault !== undefined && isOf('before', fault)) {
    answerBefore(response, fault);
    return;
  }
  const answer = call.execute(fault !== undefined && isOf('feed', fault) ? fault : undefined);
  await world.journal.durable();
  if (fault !== undefined && isOf('after', fault)) answerAfter(response, fault, answer);
  else sendAnswer(response, answer);
}

function findMishap(world: World, { scope, key, fates }: Call): Mishap {
  const drawn = drawMishap(world.weather, scope, key);
  if (!fates) return drawn;
  const fated = nextMishap(fates, scope);
  return {
    fault: fated.fault ?? drawn.fault,
    delayMs: Math.max(fated.delayMs, drawn.delayMs),
  };
}

function isOf<Stage extends (typeof FAULTS)[Fault]>(
  stage: Stage,
  fault: Fault,
): fault is FaultOf<Stage> {
  return FAULTS[fault] === stage;
}
