import { removeStackFile, type Stack, writeStackFile } from '@orders/local-services/stack-file';

export interface StackPublisher {
  /** Writes the stack as it is now; nothing before `open`. Resolves when it is written. */
  publish(): Promise<void>;
  /** All is ready: from now on the file exists. */
  open(): Promise<void>;
  /** Removes the file; nothing is written any more. */
  close(): Promise<void>;
}

/** Keeps `stack.json` in step with what runs. Writes follow each other, so the last one is the newest. */
export function createStackPublisher(path: string, describe: () => Stack): StackPublisher {
  let isOpen = false;
  let writing: Promise<void> = Promise.resolve();
  const publish = (): Promise<void> => {
    writing = writing.then(async () => {
      if (isOpen) await writeStackFile(path, describe());
    });
    return writing;
  };
  return {
    publish,
    open() {
      isOpen = true;
      return publish();
    },
    async close() {
      isOpen = false;
      await writing.catch(() => undefined);
      await removeStackFile(path);
    },
  };
}
