import type { Bench } from '../bench.ts';
import { orders } from '../contenders/orders/contender.ts';
import { runFulfilment } from '../measure/run-fulfilment.ts';
import type { Findings } from '../report/plot.ts';
import { PRODUCTS } from '../stage/seed-catalogue.ts';
import { createLine } from '../verdict/line.ts';
import { median, ratios } from '../verdict/median.ts';
import { TARGETS } from '../verdict/targets.ts';
import { onSite } from './on-site.ts';
import { createTurn, takeTurns } from './turns.ts';

/** Every order has the same product in it, against orders spread over the whole catalogue. */
export async function measureHotSku(bench: Bench): Promise<Findings> {
  const { fulfilled, rounds } = bench.scale;
  const measure = (firstSkus: number) => () =>
    onSite(bench, { name: `hot-sku-${firstSkus}` }, async (site) => {
      const run = await runFulfilment(bench, site, orders, { orders: fulfilled, firstSkus });
      bench.log(`hot SKU, first item of ${firstSkus}: ${run.completedPerSecond.toFixed(0)}/s`);
      return run.completedPerSecond;
    });
  const hot = createTurn(measure(1));
  const spread = createTurn(measure(PRODUCTS));
  await takeTurns(rounds, [hot, spread]);
  const shown = (rates: readonly number[]): string => `${median(rates).toFixed(0)}/s`;
  return {
    lines: [
      createLine({
        part: 'hot-sku',
        figure: `completed, one SKU in every order, against ${PRODUCTS} SKUs`,
        unit: '×',
        samples: ratios(hot.results, spread.results),
        target: TARGETS.hotSku,
        note: `${shown(hot.results)} against ${shown(spread.results)}`,
      }),
    ],
    plots: [],
  };
}
