import {
  collectDefaultMetrics,
  Counter,
  type CounterConfiguration,
  Gauge,
  type GaugeConfiguration,
  Histogram,
  type HistogramConfiguration,
  Registry,
} from '@platformatic/prom-client';

export type { Counter, Gauge, Histogram } from '@platformatic/prom-client';

type Own = 'registers' | 'aggregator' | 'enableExemplars';

export interface Metrics {
  /** Each metric is made once, at start; making a name twice throws. */
  counter<L extends string = never>(options: Omit<CounterConfiguration<L>, Own>): Counter<L>;
  gauge<L extends string = never>(options: Omit<GaugeConfiguration<L>, Own>): Gauge<L>;
  histogram<L extends string = never>(options: Omit<HistogramConfiguration<L>, Own>): Histogram<L>;
  readonly contentType: string;
  /** The Prometheus text format of everything, after each gauge's own `collect`. */
  render(): Promise<string>;
}

/**
 * A registry of its own, so that two of them in one process do not meet, with the process metrics
 * (CPU, memory, handles, garbage collection, event loop delay) already in it.
 */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    counter: (options) => new Counter({ ...options, registers }),
    gauge: (options) => new Gauge({ ...options, registers }),
    histogram: (options) => new Histogram({ ...options, registers }),
    contentType: registry.contentType,
    render: () => registry.metrics(),
  };
}
