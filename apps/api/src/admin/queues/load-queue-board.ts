import type { IncomingMessage, ServerResponse } from 'node:http';
import type { QueueBoard, QueueBoardOptions } from './queue-board.ts';

const BELOW_QUEUES = /^\/queues(?:[/?]|$)/;

export interface LoadedQueueBoard {
  /** Answers what is below `/queues`; false for everything else. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * The queue board, loaded and started when somebody first looks at it: its libraries take tens of
 * megabytes in every replica, most of which nobody ever looks at.
 */
export function loadQueueBoard(options: QueueBoardOptions): LoadedQueueBoard {
  let board: Promise<QueueBoard> | undefined;

  async function load(): Promise<QueueBoard> {
    try {
      const { startQueueBoard } = await import('./queue-board.ts');
      return await startQueueBoard(options);
    } catch (error) {
      // The next one who looks tries again.
      board = undefined;
      throw error;
    }
  }

  return {
    handle: async (request, response) => {
      if (!BELOW_QUEUES.test(request.url ?? '')) return false;
      board ??= load();
      return (await board).handle(request, response);
    },
    close: async () => {
      const started = await board?.catch(() => undefined);
      await started?.close();
    },
  };
}
