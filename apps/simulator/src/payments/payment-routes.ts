import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import {
  chargeRequestSchema,
  type ChargeRequest,
  refundRequestSchema,
} from '@orders/domain/contracts/payment-provider';
import { answerCall } from '../faults/answer-call.ts';
import { noteFates, type OrderFates } from '../faults/fate-book.ts';
import { parseFates } from '../faults/parse-fates.ts';
import { createAnswer, createProblem, sendAnswer } from '../http/answer.ts';
import type { Exchange } from '../http/exchange.ts';
import { readBody } from '../http/read-body.ts';
import { readKey } from '../http/read-key.ts';
import { RefusedRequest } from '../http/refused-request.ts';
import { commit, type World } from '../world.ts';
import { answerCharge } from './answer-charge.ts';
import { decideCharge } from './decide-charge.ts';
import { decideRefund } from './decide-refund.ts';
import { applyCharge, applyRefund, applyVoid, findCharge } from './ledger.ts';
import { listLedgerOfOrder, writeLedger } from './write-ledger.ts';

const MAX_BODY_BYTES = 64 * 1024;

/** `POST /charges` */
export async function postCharge({ world, request, response }: Exchange): Promise<void> {
  const key = readKey(request);
  const body = await readBody(request, chargeRequestSchema, MAX_BODY_BYTES);
  const fates = readFates(world, key, body);
  await answerCall(world, response, {
    scope: 'charge',
    key,
    fates,
    execute() {
      const decision = decideCharge(world.ledger, key, body, fates?.fates, world.weather);
      switch (decision.kind) {
        case 'known':
          return answerCharge(decision.charge);
        case 'key-reused':
          return createProblem(409, 'key-reused', 'the key belongs to another charge');
        case 'new': {
          const { orderId, amount, currency, metadata } = body;
          const { simulate } = metadata;
          const charge = commit(world, applyCharge, world.ledger, {
            type: 'charge',
            key,
            orderId,
            amount,
            currency,
            at: Date.now(),
            ...decision.outcome,
            ...(simulate && { simulate }),
          });
          return answerCharge(charge);
        }
      }
    },
  });
}

/** `GET /charges/by-key/:key` */
export async function getChargeByKey(exchange: Exchange): Promise<void> {
  const { world, response, parameter: key } = exchange;
  const fates = world.fates.byKey.get(key);
  await answerCall(world, response, {
    scope: 'lookup',
    key,
    fates,
    execute: () => answerByKey(world, key),
  });
}

/** `POST /charges/by-key/:key/void` */
export async function postVoid({ world, response, parameter: key }: Exchange): Promise<void> {
  const fates = world.fates.byKey.get(key);
  await answerCall(world, response, {
    scope: 'void',
    key,
    fates,
    execute() {
      if (!world.ledger.chargeByKey.has(key)) {
        commit(world, applyVoid, world.ledger, { type: 'void', key, at: Date.now() });
      }
      return answerByKey(world, key);
    },
  });
}

/** `POST /refunds` */
export async function postRefund({ world, request, response }: Exchange): Promise<void> {
  const key = readKey(request);
  const body = await readBody(request, refundRequestSchema, MAX_BODY_BYTES);
  const charge = findCharge(world.ledger, body.chargeId);
  await answerCall(world, response, {
    scope: 'refund',
    key,
    fates: charge && world.fates.byKey.get(charge.key),
    execute() {
      const decision = decideRefund(world.ledger, key, body);
      switch (decision.kind) {
        case 'known':
          return createAnswer({ id: decision.refund.id, status: 'refunded' });
        case 'key-reused':
          return createProblem(409, 'key-reused', 'the key belongs to another refund');
        case 'unknown-charge':
          return createProblem(404, 'unknown-charge');
        case 'not-captured':
          return createProblem(409, 'not-captured', 'nothing was captured that could be refunded');
        case 'refund-too-large':
          return createProblem(409, 'refund-too-large', `${decision.left} are left to refund`);
        case 'new': {
          const record = { type: 'refund', key, ...body, at: Date.now() } as const;
          const refund = commit(world, applyRefund, world.ledger, record);
          return createAnswer({ id: refund.id, status: 'refunded' });
        }
      }
    },
  });
}

/** `GET /ledger`: the witness, which never lies or fails on purpose. */
export async function getLedger({ world, response, query }: Exchange): Promise<void> {
  const orderId = new URLSearchParams(query).get('orderId');
  if (orderId !== null) {
    const answer = createAnswer(listLedgerOfOrder(world.ledger, orderId));
    await world.journal.durable();
    sendAnswer(response, answer);
    return;
  }
  // Made before the wait, so that all of its moment is durable after it.
  const chunks = writeLedger(world.ledger);
  await world.journal.durable();
  response.writeHead(200, { 'content-type': 'application/json' });
  // A reader that hangs up early ends the stream; there is nobody left to tell.
  await pipeline(Readable.from(chunks), response).catch(() => undefined);
}

function answerByKey(world: World, key: string) {
  const charge = world.ledger.chargeByKey.get(key);
  return charge ? answerCharge(charge) : createProblem(404, 'unknown-key');
}

/** Refuses what it does not know, so that a misspelt fate fails its test. */
function readFates(world: World, key: string, body: ChargeRequest): OrderFates | undefined {
  const { simulate } = body.metadata;
  if (simulate === undefined) return undefined;
  const parsed = parseFates(simulate);
  if (parsed.kind === 'fates') return noteFates(world.fates, body.orderId, key, parsed.fates);
  throw new RefusedRequest(400, 'unknown-fate', `metadata.simulate: "${parsed.token}"`);
}
