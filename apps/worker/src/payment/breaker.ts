import {
  circuitBreaker,
  CircuitState,
  handleType,
  isBrokenCircuitError,
  SamplingBreaker,
} from 'cockatiel';
import type { CallResult } from './call-result.ts';

/** Carries an unknown result through the breaker, which counts exceptions only. */
class Outage extends Error {
  readonly result: CallResult;

  constructor(result: CallResult) {
    super('the provider did not give a definite answer');
    this.result = result;
  }
}

const BREAKER_PAUSE_MS = 2_000;

/**
 * Stops calling a provider that fails more often than not (half of at least five calls a second
 * over ten seconds), and lets one call through every two seconds to see whether it is back.
 * Definite answers, a decline among them, are no failures.
 */
export function createBreaker() {
  const policy = circuitBreaker(handleType(Outage), {
    halfOpenAfter: BREAKER_PAUSE_MS,
    breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 5 }),
  });
  return {
    isOpen: () => policy.state === CircuitState.Open,
    async run(call: () => Promise<CallResult>): Promise<CallResult> {
      try {
        return await policy.execute(async () => {
          const result = await call();
          if (result.kind === 'unknown') throw new Outage(result);
          return result;
        });
      } catch (error) {
        if (error instanceof Outage) return error.result;
        if (isBrokenCircuitError(error))
          return { kind: 'not-sent', retryAfterMs: BREAKER_PAUSE_MS };
        throw error;
      }
    },
  };
}
