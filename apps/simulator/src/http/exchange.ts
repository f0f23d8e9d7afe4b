import type { IncomingMessage, ServerResponse } from 'node:http';
import type { World } from '../world.ts';

/** One request with what is needed to answer it. */
export interface Exchange {
  readonly world: World;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The variable part of the path, decoded; empty when there is none. */
  readonly parameter: string;
  readonly query: string;
}
