import type { Program, Site } from '../stage/open-site.ts';

export type PeerName = 'textbook' | 'pg-boss' | 'graphile-worker';

/** One way to build the same service: what is started, and how its queue is filled. */
export interface Contender {
  /** As it stands in tables. */
  readonly title: string;
  /** Names its folders and logs. */
  readonly name: 'orders' | PeerName;
  /** How an order names its customer: by a token, or, where nobody checks, in the body. */
  readonly customerFrom: 'token' | 'body';
  /** Tables and keys of its own, in a fresh site. */
  prepare(site: Site): Promise<void>;
  api(site: Site, port: number): Promise<Program>;
  worker(site: Site): Promise<Program>;
  /** Gives each of these pending orders a job, as if they had just been accepted. */
  enqueue(site: Site, orderIds: readonly string[]): Promise<void>;
}

/** What a user would pick instead. */
export interface Peer extends Contender {
  readonly name: PeerName;
}
