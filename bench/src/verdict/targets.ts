import type { PeerName } from '../contenders/contender.ts';
import { atLeast, atMost, type Target } from './line.ts';

const againstPeers: Readonly<Record<PeerName, Target>> = {
  textbook: atLeast(6),
  'pg-boss': atLeast(3),
  'graphile-worker': atLeast(3),
};

/** What was promised. A target that is missed is reported, not loosened. */
export const TARGETS = {
  acceptedAgainstFloor: atLeast(1),
  acceptedAgainst: againstPeers,
  completedAgainst: againstPeers,
  steadyP50Ms: atMost(15),
  steadyP99Ms: atMost(60),
  hotSku: atLeast(0.8),
  fullTables: atLeast(0.85),
  burstRefused: atMost(0),
  burstP99Ms: atMost(250),
  burstCompletedMs: atMost(1_500),
  read: atLeast(0.7),
  memoryMb: atMost(220),
  /** Memory at the end of a backlog, against when a quarter of it was done. */
  memoryGrowth: atMost(1.15),
} as const;
