import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { isOpen, type Placement } from './placement.ts';
import { type RoundOptions, sendRound } from './send-round.ts';

export interface PlaceOptions extends RoundOptions {
  /** Given up when no order was accepted for so long. */
  readonly patienceMs: number;
}

/** The longest wait before what is open is sent again, whatever Retry-After asks for. */
const MAX_PAUSE_MS = 5_000;

/**
 * Places all orders. What got no answer, 429 or 503 is sent again under the same key in further
 * rounds, as a careful client does, so that a run outlives the death of any part of the system;
 * it ends when every order was answered, or nothing was accepted within the patience.
 *
 * @returns in how many rounds
 */
export async function placePlanned(
  placements: readonly Placement[],
  options: PlaceOptions,
): Promise<number> {
  let lastAcceptedMs = options.clock();
  const onAccepted = (placement: Placement): void => {
    lastAcceptedMs = options.clock();
    options.onAccepted(placement);
  };
  let open: readonly Placement[] = placements;
  for (let round = 1; ; round += 1) {
    await sendRound(open, placements, { ...options, onAccepted });
    open = open.filter(isOpen);
    if (open.length === 0 || options.stop.aborted) return round;
    await pause(round, open, options.stop);
    const deadlineMs = lastAcceptedMs + options.patienceMs;
    if (!(await waitForListener(options, deadlineMs))) return round;
  }
}

async function pause(round: number, open: readonly Placement[], stop: AbortSignal): Promise<void> {
  const asked = Math.min(...open.map(({ retryAfterMs }) => retryAfterMs));
  const pauseMs = Math.min(Math.max(asked, 100 * 2 ** Math.min(round, 5)), MAX_PAUSE_MS);
  await delay(pauseMs, undefined, { signal: stop }).catch(() => undefined);
}

/** A thousand connections need not find out what one can: whether anybody listens. */
async function waitForListener(
  { apiUrl, clock, stop }: PlaceOptions,
  deadlineMs: number,
): Promise<boolean> {
  while (clock() < deadlineMs && !stop.aborted) {
    if (await isListening(apiUrl)) return true;
    await delay(200);
  }
  return false;
}

/** Whether a TCP connection to the URL's host and port succeeds within a second. */
export function isListening(url: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port) || (protocol === 'https:' ? 443 : 80),
      timeout: 1_000,
    });
    const end = (listening: boolean): void => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}
