/**
 * Runs tasks one after the other, in the order of their arrival. For jobs whose worker died: if one
 * of them kills its worker again, only that one had begun.
 */
export function createLane(): { run<T>(task: () => Promise<T>): Promise<T> } {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(task) {
      const result = last.then(task);
      last = result.catch(() => undefined);
      return result;
    },
  };
}
