import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { CommandContext } from '../cli/command-context.ts';
import { refusal, unreachable } from '../cli/command-error.ts';
import { defineCommand } from '../cli/define-command.ts';
import { fetchLedger } from '../invariants/fetch-ledger.ts';
import { describeRun, toRunJson } from '../load/describe-run.ts';
import { loadOptionsSchema } from '../load/load-options.ts';
import { isListening } from '../load/place-planned.ts';
import { renderReport } from '../load/report/render-report.ts';
import { runLoad } from '../load/run-load.ts';
import { summarizeRun } from '../load/summarize-run.ts';
import { hostOf, withDatabase } from '../open-database.ts';
import { findTarget, need } from '../target.ts';

export function addLoadCommand(parent: Command, context: CommandContext): void {
  defineCommand(parent, context, {
    usage: 'load',
    summary: 'place orders, wait until every one has come to rest, and give a verdict',
    options: [
      ['--orders <count>', 'how many orders (1000)'],
      ['--connections <count>', 'over how many connections at once (1000)'],
      ['--rate <count>', 'orders per second in all (as fast as the connections go)'],
      ['--skus <count>', 'from how many products baskets are made (1000)'],
      ['--customers <count>', 'how many customers order (as many as orders, up to 1000)'],
      ['--stock <units>', 'make so many units of one product available and order only that'],
      ['--patience <seconds>', 'without progress for so long the run has stalled (90)'],
      ['--out <file>', 'where the HTML report goes (.local/reports/…)'],
    ],
    input: loadOptionsSchema,
    run: async (options, { config, terminal }) => {
      if (config.NODE_ENV === 'production') {
        throw refusal('load places orders and adjusts stock: it does not run in production');
      }
      const target = await findTarget(config);
      const apiUrl = need(target.apiUrl, 'API_URL');
      const providerUrl = need(target.providerUrl, 'PAYMENT_PROVIDER_URL');
      const issuer = need(target.issuer, 'JWT_SECRET, JWT_ISSUER and JWT_AUDIENCE');
      if (!(await isListening(apiUrl)))
        throw unreachable(`the api at ${hostOf(apiUrl)} cannot be reached`);
      // Asked before anything is placed: without the ledger there is no verdict.
      await fetchLedger(providerUrl);
      const result = await withDatabase(target, (database) =>
        runLoad({ database, apiUrl, providerUrl, issuer }, options, terminal),
      );
      const data = summarizeRun(result);
      const name = `load-${result.startedAt.toISOString().replaceAll(/[:.]/g, '-')}.html`;
      const report = resolve(options.out ?? join(config.LOCAL_FOLDER, 'reports', name));
      await mkdir(dirname(report), { recursive: true });
      await writeFile(report, renderReport(data));
      const ids = new Set(result.placements.flatMap(({ orderId }) => orderId ?? []));
      return {
        verdict: data.failures.length === 0 ? 'good' : 'bad',
        json: toRunJson(data, { distinctIds: ids.size, rows: result.rows, report }),
        text: describeRun(data, report),
      };
    },
  });
}
