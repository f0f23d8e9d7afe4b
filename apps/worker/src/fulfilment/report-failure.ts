import type { Database } from '@orders/database/client';
import { UnknownStatusError } from '@orders/database/orders/order-row';
import { recordFailure } from '@orders/database/orders/record-failure';
import { isContention, isUnavailable } from '@orders/database/sql-state';
import { backoffMs, FAILURE_BACKOFF, type RetryPolicy } from '@orders/domain/retry-policy';
import type { Delivery, Outcome } from '@orders/queue/delivery';
import type { Logger } from '@orders/service/logger';
import { OverloadError } from '@orders/service/overload-error';
import { type Postpone, UNKNOWN_STATUS_DELAY_MS } from './postpone.ts';

export interface ReportFailure {
  /** Sorts an exception of a run and says what becomes of the job. Never throws. */
  (delivery: Delivery, error: unknown): Promise<Outcome>;
  /** Writes down that a partner did not answer; spends no attempt. Never throws. */
  outage(delivery: Delivery, step: string, message: string): Promise<void>;
}

export interface ReportFailureParts {
  readonly database: Database;
  readonly policy: RetryPolicy;
  readonly postpone: Postpone;
  readonly logger: Logger;
  readonly onFailure: (kind: 'own' | 'outage') => void;
}

/**
 * Only what is the order's own fault spends one of its attempts, counted in PostgreSQL. When
 * PostgreSQL is away, nothing can be counted, and nothing should be: the run is tried again.
 */
export function createReportFailure(parts: ReportFailureParts): ReportFailure {
  const { database, policy, postpone, logger, onFailure } = parts;

  async function report(delivery: Delivery, error: unknown): Promise<Outcome> {
    const { orderId, dispatch, jobId } = delivery;
    if (error instanceof UnknownStatusError) return postpone(delivery, UNKNOWN_STATUS_DELAY_MS);
    if (isOutage(error)) {
      onFailure('outage');
      logger.warn({ orderId, jobId, err: error }, 'A run could not reach the database.');
      return postpone(delivery, null);
    }
    onFailure('own');
    logger.error({ orderId, jobId, err: error }, 'A run failed.');
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    try {
      const failure = { orderId, dispatch, step: 'run', kind: 'own', message } as const;
      const count = await recordFailure(database, failure, policy);
      if (count.kind === 'failed') return { kind: 'done' };
      return await postpone(delivery, backoffMs(FAILURE_BACKOFF, count.attempts, Math.random()));
    } catch (recordError) {
      logger.error({ orderId, jobId, err: recordError }, 'A failure could not be written down.');
      return postpone(delivery, null);
    }
  }

  async function outage(delivery: Delivery, step: string, message: string): Promise<void> {
    const { orderId, dispatch, jobId } = delivery;
    onFailure('outage');
    logger.warn({ orderId, jobId, step, reason: message }, 'The provider gave no definite answer.');
    try {
      await recordFailure(database, { orderId, dispatch, step, kind: 'outage', message }, policy);
    } catch (recordError) {
      logger.error({ orderId, jobId, err: recordError }, 'An outage could not be written down.');
    }
  }

  return Object.assign(report, { outage });
}

function isOutage(error: unknown): boolean {
  return isUnavailable(error) || isContention(error) || error instanceof OverloadError;
}
