/** What a load generator saw. */
export interface LoadResult {
  readonly seconds: number;
  /** Answered with 2xx. */
  readonly answered: number;
  /** Answered with anything else, or not at all. */
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** What to send: orders, or reads of orders that exist. */
export type Workload =
  | {
      readonly kind: 'place';
      readonly customerFrom: 'token' | 'body';
      /** One token per line, for customer-1 to customer-1000. */
      readonly tokensFile: string;
      /** Runs with different numbers, 1 to 498, have no basket and no key in common. */
      readonly run: number;
    }
  /** Lines of an id and a token that may read it. */
  | { readonly kind: 'read'; readonly ordersFile: string };

export interface Load {
  readonly workload: Workload;
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
}

/** Puts load on 127.0.0.1, each connection sending its next request when it has its answer. */
export interface LoadGenerator {
  readonly name: 'wrk' | 'autocannon';
  run(load: Load): Promise<LoadResult>;
}
