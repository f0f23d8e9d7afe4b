import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeFailure, runCommand } from '@orders/local-services/run-command';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Service } from '../harness/service.ts';
import { REPOSITORY, startStores, type Stores } from '../harness/start-stores.ts';
import { given } from '../harness/story.ts';

const RULES = 'deploy/prometheus/alerts.yml';
const read = (file: string): Promise<string> => readFile(join(REPOSITORY, file), 'utf8');

/** `expr` of each alert, by its name. */
async function readAlerts(): Promise<Map<string, string>> {
  const found = (await read(RULES)).matchAll(/- alert: (\w+)\n\s+expr: >-\n\s+(.+)\n/g);
  return new Map(Array.from(found, ([, name = '', expr = '']) => [name, expr]));
}

async function readPanels(): Promise<string[]> {
  const dashboard: { panels: { targets?: { expr: string }[] }[] } = JSON.parse(
    await read('deploy/grafana/orders.json'),
  );
  return dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
}

/** Names of metrics in an expression, as the services declare them. */
function namesIn(expr: string): string[] {
  const names = expr.match(/\b(?:orders|http|database|nodejs|process)_\w+/g) ?? [];
  return names.map((name) => name.replace(/_(?:bucket|sum|count)$/, ''));
}

describe('rules and runbook', () => {
  test('every alert has its entry in the runbook, and every entry its alert', async () => {
    const alerts = Array.from((await readAlerts()).keys());
    expect(alerts.length).toBeGreaterThan(15);
    const entries = (await read('docs/runbook.md')).matchAll(/^### (\w+)$/gm);
    expect(Array.from(entries, ([, name]) => name)).toEqual(alerts);
    const links = (await read(RULES)).matchAll(/runbook: docs\/runbook\.md#(\w+)/g);
    expect(Array.from(links, ([, anchor]) => anchor)).toEqual(
      alerts.map((name) => name.toLowerCase()),
    );
  });

  test('Prometheus accepts them, and they fire when they should, where promtool is at hand', async ({
    skip,
  }) => {
    for (const args of [
      ['check', 'rules', RULES],
      ['test', 'rules', 'deploy/prometheus/alerts.test.yml'],
      ['check', 'config', '--syntax-only', 'deploy/prometheus/prometheus.yml'],
    ]) {
      const result = await runCommand('promtool', args, { cwd: REPOSITORY });
      if (result.kind === 'not-run') skip('promtool is not on the PATH');
      expect(result, describeFailure(result)).toMatchObject({ kind: 'ended', code: 0 });
    }
  });
});

describe('metrics', () => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await startStores();
  });
  afterAll(() => stores?.close());

  const metricsOf = async ({ readyUrl }: Service): Promise<string> =>
    (await fetch(readyUrl.replace('/health/ready', '/metrics'))).text();

  test('every metric that rules and dashboard name is shown by the services', async () => {
    const system = await given({ stores });
    const [worker] = system.workers;
    if (worker === undefined) throw new Error('no worker');
    const text = (await metricsOf(system.api)) + (await metricsOf(worker));
    const shown = new Set(Array.from(text.matchAll(/^# TYPE (\w+)/gm), ([, name]) => name));
    const named = [...(await readAlerts()).values(), ...(await readPanels())].flatMap(namesIn);
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((name) => !shown.has(name))).toEqual([]);
  });

  test('they tell of the line, the workers, the time to start and the end', async () => {
    const system = await given({ stores, workers: [] });
    for (let n = 0; n < 3; n += 1) await system.client.place();
    await expect
      .poll(() => metricsOf(system.api), { timeout: 20_000, interval: 500 })
      .toMatch(/^orders_queue_jobs\{state="waiting"\} 3$/m);
    expect(await metricsOf(system.api)).toMatch(/^orders_workers 0$/m);

    const worker = await system.addWorker();
    await worker.ready();
    await expect
      .poll(() => metricsOf(worker), { timeout: 20_000, interval: 200 })
      .toMatch(/^orders_time_to_start_seconds_count 3$/m);
    await expect
      .poll(() => metricsOf(worker), { timeout: 20_000, interval: 200 })
      .toMatch(/^orders_at_rest_total\{status="completed",reason="none"\} 3$/m);
    await expect
      .poll(() => metricsOf(system.api), { timeout: 20_000, interval: 500 })
      .toMatch(/^orders_workers 1$/m);
    expect(await metricsOf(system.api)).toMatch(/^orders_queue_jobs\{state="waiting"\} 0$/m);
    expect(await metricsOf(worker)).toMatch(/^database_pool_connections\{state="busy"\} \d+$/m);
  });
});
