import type { Contender, Peer } from './contender.ts';
import { graphileWorker } from './graphile-worker/contender.ts';
import { orders } from './orders/contender.ts';
import { pgBoss } from './pg-boss/contender.ts';
import { textbook } from './textbook/contender.ts';

export const peers: readonly Peer[] = [textbook, pgBoss, graphileWorker];

/** In the order in which a round runs them. */
export const contenders: readonly Contender[] = [orders, ...peers];
