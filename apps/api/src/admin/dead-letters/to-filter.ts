import type { DeadLetterFilter } from '@orders/database/dead-letters/read-dead-letters';
import type { deadLetterFilterSchema } from '@orders/domain/contracts/dead-letter';
import type { z } from 'zod';
import { toDate } from '../../http/to-date.ts';

/** A filter with its times as dates. */
export function toFilter({
  reason,
  from,
  to,
}: z.output<typeof deadLetterFilterSchema>): DeadLetterFilter {
  return { reason, from: toDate(from), to: toDate(to) };
}
