import fc from 'fast-check';
import type { Database } from '@orders/database/client';
import { BELIEVED, type TokenKind } from '../authorisation/bearer-tokens.ts';
import { createDocumentCheck } from './check-document.ts';
import { abandonBytes, exchangeBytes } from './exchange-bytes.ts';
import { createFuzzReport, type FuzzReport } from './fuzz-report.ts';
import type { Hearsay } from './hearsay.ts';
import { judgeAnswer, parseObject } from './judge-answer.ts';
import { listOperations, type OpenApi, type Operation } from './open-api.ts';
import { hostileRequests, type RequestPlan, soundRequests } from './plan-request.ts';
import { watchTables } from './watch-tables.ts';
import { writeRequest } from './write-request.ts';

export interface FuzzOptions {
  readonly document: OpenApi;
  readonly port: number;
  readonly database: Database;
  readonly hearsay: Hearsay;
  readonly bearers: Readonly<Record<TokenKind, string | null>>;
  readonly seed: number;
  readonly seconds: number;
}

/** Requests at the same time. */
const ROUND = 8;
/** One round in so many is of honest requests, which bring the server into states worth attacking. */
const SOUND_EVERY = 3;
const DRAWN_AT_ONCE = 16;

type Draw = (operation: Operation, isSound: boolean) => RequestPlan;

/**
 * Sends requests to every operation of the document in turn, honest and hostile ones, several at a
 * time, and judges each answer. After a round in which all that could write was refused nothing
 * may have been written. Ends after so many seconds, or at the first dozen of violations.
 */
export async function runFuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { document, port, database, hearsay, bearers, seconds } = options;
  const operations = listOperations(document);
  const draw = createDraw(document, options.seed);
  const isDocumented = createDocumentCheck(document);
  const report = createFuzzReport(options.seed);
  const tables = await watchTables(database);
  const until = performance.now() + seconds * 1_000;
  let turn = 0;

  /** Resolves with whether it may have written something. */
  async function send(plan: RequestPlan): Promise<boolean> {
    const bytes = writeRequest(plan, bearers, hearsay.lookUp);
    if (isAbandonable(plan)) {
      await abandonBytes(port, bytes);
      report.countAbandoned();
      return false;
    }
    const { answer, failure } = await exchangeBytes(port, bytes);
    if (answer === null) {
      report.addViolation(String(failure), bytes, null);
      return true;
    }
    report.countAnswer(plan.operation, answer);
    const wrong = judgeAnswer(plan, answer, isDocumented);
    if (wrong.length > 0) report.addViolation(wrong.join('; '), bytes, answer);
    if (answer.status < 300) {
      hearsay.learn(plan.operation.path, parseObject(answer.text), answer.headers.get('etag'));
    }
    return !plan.operation.isSafe && answer.status < 300;
  }

  for (let round = 0; performance.now() < until && !report.isFull(); round += 1) {
    const isSound = round % SOUND_EVERY === 0;
    const missing = isSound ? operations.filter((one) => !report.wasGood(one)) : [];
    const plans = Array.from({ length: ROUND }, (_, at) => {
      turn += 1;
      // What has not succeeded yet is tried more often.
      const chosen = at % 2 === 0 && missing.length > 0 ? missing : operations;
      const operation = chosen[turn % chosen.length];
      if (operation === undefined) throw new Error('the document describes no operation');
      return draw(operation, isSound);
    });
    const mayHaveWritten = (await Promise.all(plans.map(send))).includes(true);
    const changed = await tables.changes();
    if (mayHaveWritten) continue;
    report.countQuietRound();
    if (changed.length > 0) {
      const requests = plans.map((plan) => writeRequest(plan, bearers, hearsay.lookUp));
      const what = `a round of refusals has written: ${changed.join(', ')}`;
      report.addViolation(what, Buffer.concat(requests), null);
    }
  }
  return report;
}

/** What may still be carried out after its sender has gone must not write: nobody would know when. */
function isAbandonable({ isAbandoned, operation, token }: RequestPlan): boolean {
  return isAbandoned && (operation.isSafe || !BELIEVED.has(token));
}

/** The same seed draws the same requests for the same operations, in the same order. */
function createDraw(document: OpenApi, firstSeed: number): Draw {
  const drawn = new Map<string, RequestPlan[]>();
  const sources = new Map<string, fc.Arbitrary<RequestPlan>>();
  let seed = firstSeed;
  return (operation, isSound) => {
    const key = `${operation.name} ${isSound ? 'sound' : 'hostile'}`;
    const create = isSound ? soundRequests : hostileRequests;
    const source = sources.get(key) ?? create(document, operation);
    sources.set(key, source);
    const waiting = drawn.get(key) ?? [];
    if (waiting.length === 0) {
      waiting.push(...fc.sample(source, { seed, numRuns: DRAWN_AT_ONCE }));
      seed += 1;
    }
    drawn.set(key, waiting);
    const next = waiting.shift();
    if (next === undefined) throw new Error(`nothing can be drawn for ${key}`);
    return next;
  };
}
