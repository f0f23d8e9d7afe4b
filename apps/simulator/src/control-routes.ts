import { z } from 'zod';
import { parseFaultPlan } from './faults/parse-fault-plan.ts';
import { createWeather, OUTAGES, type Weather } from './faults/weather.ts';
import { createAnswer, sendAnswer } from './http/answer.ts';
import type { Exchange } from './http/exchange.ts';
import { readBody } from './http/read-body.ts';
import { RefusedRequest } from './http/refused-request.ts';

const MAX_BODY_BYTES = 64 * 1024;

const weatherSchema = z.strictObject({
  faults: z.string().optional(),
  seed: z.int().optional(),
  outage: z.enum(OUTAGES).optional(),
});

/** `GET /health` */
export async function getHealth({ world, response }: Exchange): Promise<void> {
  await world.journal.durable();
  const { charges, refunds } = world.ledger;
  sendAnswer(
    response,
    createAnswer({ status: 'ok', charges: charges.length, refunds: refunds.length }),
  );
}

/** `GET /faults` */
export async function getFaults({ world, response }: Exchange): Promise<void> {
  sendAnswer(response, createAnswer(toWireWeather(world.weather)));
}

/**
 * `PUT /faults` `{faults?, seed?, outage?}`: what is left out stays. The counting of calls starts
 * again. Lasts until the process ends; the next one starts as its environment says.
 */
export async function putFaults({ world, request, response }: Exchange): Promise<void> {
  const body = await readBody(request, weatherSchema, MAX_BODY_BYTES);
  const { faults = world.weather.faults, seed = world.weather.seed } = body;
  const parsed = parseFaultPlan(faults);
  if (parsed.kind === 'invalid') {
    throw new RefusedRequest(400, 'invalid-request', parsed.reasons.join('; '));
  }
  world.weather = createWeather(faults, parsed.plan, seed, body.outage ?? world.weather.outage);
  sendAnswer(response, createAnswer(toWireWeather(world.weather)));
}

function toWireWeather({ faults, seed, outage }: Weather): z.infer<typeof weatherSchema> {
  return { faults, seed, outage };
}
