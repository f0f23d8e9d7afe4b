import type { WarehouseSync } from '@orders/database/warehouse/warehouse-sync';
import type { RowReport } from '@orders/domain/warehouse/row-report';

export const SYNC_EXAMPLE: WarehouseSync = {
  id: '01939f2c-1f4e-7a10-9c7a-2b1c0d9e8f7a',
  state: 'completed',
  actor: 'operator:olga',
  dryRun: false,
  force: false,
  sequence: 17,
  asOf: '2026-11-20T09:00:00.000Z',
  rowsSeen: 1200,
  rowsChanged: 1,
  rowsUnknown: 0,
  rowsBad: 0,
  error: null,
  createdAt: '2026-11-20T09:00:00.000Z',
  startedAt: '2026-11-20T09:00:01.000Z',
  finishedAt: '2026-11-20T09:00:02.000Z',
};

export const SYNC_ROW_EXAMPLE: RowReport = {
  n: 7,
  outcome: 'changed',
  sku: 'KEYBOARD-0001',
  before: 40,
  after: 38,
  detail: null,
};
