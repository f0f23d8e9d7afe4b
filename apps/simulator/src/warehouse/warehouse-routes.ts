import {
  deliverySchema,
  soldReportSchema,
  stockCountSchema,
} from '@orders/domain/contracts/warehouse';
import { answerCall } from '../faults/answer-call.ts';
import type { FaultOf } from '../faults/fault.ts';
import { type Answer, createAnswer, createProblem, sendAnswer } from '../http/answer.ts';
import type { Exchange } from '../http/exchange.ts';
import { readBody } from '../http/read-body.ts';
import { RefusedRequest } from '../http/refused-request.ts';
import { commit, type World } from '../world.ts';
import { type Cursor, cutPage, readCursor, type Snapshot, takeSnapshot } from './snapshot.ts';
import { applyWarehouseRecord, decideCount, decideDelivery, decideSold } from './warehouse.ts';
import type { ReceivedRecord } from './warehouse-record.ts';

/** A report of 100,000 SKUs. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const DEFAULT_LIMIT = 500;
const MAX_LIMIT = 5_000;

/** `PUT /warehouse/sold` */
export async function putSold({ world, request, response }: Exchange): Promise<void> {
  const report = await readBody(request, soldReportSchema, MAX_BODY_BYTES);
  await answerCall(world, response, {
    scope: 'sold',
    key: 'totals',
    fates: undefined,
    execute() {
      const record = decideSold(world.warehouse, report);
      if (record.totals.length > 0) commit(world, applyWarehouseRecord, world.warehouse, record);
      return createAnswer({ raised: record.totals.length });
    },
  });
}

/** `GET /warehouse/stock`: without a cursor a new snapshot, with one its next page. */
export async function getStock({ world, response, query }: Exchange): Promise<void> {
  const page = readPageRequest(query);
  await answerCall(world, response, {
    scope: 'stock',
    key: page.cursor ? String(page.cursor.offset) : 'first',
    fates: undefined,
    execute: (feedFault) => answerPage(world, page, feedFault),
  });
}

/** `PUT /warehouse/stock`: a count. For tests and the seed; never fails on purpose. */
export async function putStock({ world, request, response }: Exchange): Promise<void> {
  const count = await readBody(request, stockCountSchema, MAX_BODY_BYTES);
  await enterReceived(world, response, decideCount(world.warehouse, count));
}

/** `POST /warehouse/deliveries`. For tests; never fails on purpose, and is not idempotent. */
export async function postDelivery({ world, request, response }: Exchange): Promise<void> {
  const delivery = await readBody(request, deliverySchema, MAX_BODY_BYTES);
  await enterReceived(world, response, decideDelivery(world.warehouse, delivery));
}

async function enterReceived(
  world: World,
  response: Exchange['response'],
  record: ReceivedRecord,
): Promise<void> {
  commit(world, applyWarehouseRecord, world.warehouse, record);
  await world.journal.durable();
  sendAnswer(response, createAnswer({ rows: record.rows.length }));
}

interface PageRequest {
  readonly cursor: Cursor | undefined;
  readonly limit: number;
}

function readPageRequest(query: string): PageRequest {
  const parameters = new URLSearchParams(query);
  const limit = Number(parameters.get('limit') ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new RefusedRequest(400, 'invalid-request', `limit: 1 to ${MAX_LIMIT}`);
  }
  const text = parameters.get('cursor');
  const cursor = text === null ? undefined : readCursor(text);
  if (text !== null && !cursor) {
    throw new RefusedRequest(400, 'invalid-request', 'cursor: was not given out here');
  }
  return { cursor, limit };
}

function answerPage(
  world: World,
  { cursor, limit }: PageRequest,
  feedFault: FaultOf<'feed'> | undefined,
): Answer {
  const snapshot = cursor
    ? world.warehouse.snapshots.find(({ sequence }) => sequence === cursor.sequence)
    : openSnapshot(world, feedFault);
  if (!snapshot) return createProblem(410, 'snapshot-gone', 'start over without a cursor');
  return createAnswer(cutPage(snapshot, cursor?.offset ?? 0, limit, feedFault));
}

function openSnapshot(world: World, feedFault: FaultOf<'feed'> | undefined): Snapshot {
  const { snapshots, sequence } = world.warehouse;
  const oldest = snapshots[0];
  if (feedFault === 'old-snapshot' && oldest) return oldest;
  commit(world, applyWarehouseRecord, world.warehouse, {
    type: 'snapshot',
    sequence: sequence + 1,
  });
  return takeSnapshot(world.warehouse, sequence + 1, new Date(), feedFault);
}
