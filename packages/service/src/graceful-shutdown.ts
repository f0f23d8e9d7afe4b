import closeWithGrace from 'close-with-grace';
import type { Logger } from './logger.ts';

interface ShutdownReason {
  readonly signal?: string | undefined;
  readonly err?: Error | undefined;
}

export interface GracefulShutdownOptions {
  readonly logger: Logger;
  /** After this the process exits with 1, whatever still hangs. Below the 30 s that platforms grant. */
  readonly delayMs?: number;
  /** Stops everything in the reverse order of its start. */
  readonly close: (reason: ShutdownReason) => Promise<void>;
}

export interface GracefulShutdown {
  /** Shuts down as a signal would, with exit code 0: for a service that decides itself to end. */
  trigger(): void;
  uninstall(): void;
}

/**
 * Closes the process on SIGTERM, SIGINT, an uncaught error or an unhandled rejection, then exits:
 * 0 after a clean close, 1 after an error or when the time is up. A second signal exits at once.
 * Only a `main.ts` calls this: it is the one owner of signals and of the exit.
 */
export function installGracefulShutdown({
  logger,
  delayMs = 28_000,
  close,
}: GracefulShutdownOptions): GracefulShutdown {
  const grace = closeWithGrace(
    {
      delay: delayMs,
      logger: {
        error: (message: unknown) => {
          logger.error({ err: message }, 'Shutting down did not go as it should.');
        },
      },
      onTimeout: () => {
        logger.fatal({ delayMs }, 'Shutting down took too long; exiting now.');
      },
      onSecondSignal: (signal) => {
        logger.fatal({ signal }, 'A second signal came while shutting down; exiting now.');
      },
    },
    async ({ signal, err }) => {
      if (err === undefined) logger.info({ signal }, 'Shutting down.');
      else logger.fatal({ err }, 'Shutting down after an error that nothing handled.');
      await close({ signal, err });
      logger.info('Shut down.');
    },
  );
  return {
    trigger: () => {
      grace.close();
    },
    uninstall: () => {
      grace.uninstall();
    },
  };
}
