import type { IncomingMessage, ServerResponse } from 'node:http';
import { getFaults, getHealth, putFaults } from '../control-routes.ts';
import { answerBefore } from '../faults/carry-out.ts';
import type { FaultOf } from '../faults/fault.ts';
import type { Outage } from '../faults/weather.ts';
import {
  getChargeByKey,
  getLedger,
  postCharge,
  postRefund,
  postVoid,
} from '../payments/payment-routes.ts';
import { getStock, postDelivery, putSold, putStock } from '../warehouse/warehouse-routes.ts';
import type { World } from '../world.ts';
import { createProblem, sendAnswer } from './answer.ts';
import type { Exchange } from './exchange.ts';
import { RefusedRequest } from './refused-request.ts';

interface Route {
  readonly method: string;
  /** A group in it is the exchange's parameter. */
  readonly path: RegExp;
  /** Partners can be away; the routes that steer and witness are not. */
  readonly of: 'partner' | 'control';
  readonly handle: (exchange: Exchange) => Promise<void>;
}

const ROUTES: readonly Route[] = [
  { method: 'POST', path: /^\/charges$/, of: 'partner', handle: postCharge },
  { method: 'GET', path: /^\/charges\/by-key\/([^/]+)$/, of: 'partner', handle: getChargeByKey },
  { method: 'POST', path: /^\/charges\/by-key\/([^/]+)\/void$/, of: 'partner', handle: postVoid },
  { method: 'POST', path: /^\/refunds$/, of: 'partner', handle: postRefund },
  { method: 'PUT', path: /^\/warehouse\/sold$/, of: 'partner', handle: putSold },
  { method: 'GET', path: /^\/warehouse\/stock$/, of: 'partner', handle: getStock },
  { method: 'PUT', path: /^\/warehouse\/stock$/, of: 'control', handle: putStock },
  { method: 'POST', path: /^\/warehouse\/deliveries$/, of: 'control', handle: postDelivery },
  { method: 'GET', path: /^\/ledger$/, of: 'control', handle: getLedger },
  { method: 'GET', path: /^\/health$/, of: 'control', handle: getHealth },
  { method: 'GET', path: /^\/faults$/, of: 'control', handle: getFaults },
  { method: 'PUT', path: /^\/faults$/, of: 'control', handle: putFaults },
];

const OUTAGE_FAULTS = {
  '503': '503',
  hang: 'hang-before',
  drop: 'drop-before',
} as const satisfies Record<Exclude<Outage, 'off'>, FaultOf<'before'>>;

/** Answers one request; never rejects. `onError` is told of what nobody foresaw. */
export async function handleRequest(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  onError: (error: unknown) => void,
): Promise<void> {
  try {
    await route(world, request, response);
  } catch (error) {
    if (error instanceof RefusedRequest) {
      // What is left of the body is not worth reading.
      if (!request.complete) response.setHeader('connection', 'close');
      sendAnswer(response, error.answer);
      return;
    }
    onError(error);
    // Whether it was carried out is not known here, so no answer is better than a wrong one.
    response.destroy();
  }
}

async function route(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? '' : url.slice(mark + 1);
  const allowed: string[] = [];
  for (const { method, path: pattern, of, handle } of ROUTES) {
    const match = pattern.exec(path);
    if (!match) continue;
    allowed.push(method);
    if (method !== request.method) continue;
    const { outage } = world.weather;
    if (of === 'partner' && outage !== 'off') {
      answerBefore(response, OUTAGE_FAULTS[outage]);
      return;
    }
    return handle({ world, request, response, query, parameter: decode(match[1] ?? '') });
  }
  if (allowed.length === 0) {
    sendAnswer(response, createProblem(404, 'not-found'));
    return;
  }
  response.setHeader('allow', allowed.join(', '));
  sendAnswer(response, createProblem(405, 'method-not-allowed'));
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new RefusedRequest(400, 'invalid-request', 'the path is not percent-encoded');
  }
}
