/** Something that is measured once per round, with what the rounds gave. */
export interface Turn<Result> {
  readonly results: readonly Result[];
  run(): Promise<void>;
}

/** @param measure measures once; its result is kept */
export function createTurn<Result>(measure: () => Promise<Result>): Turn<Result> {
  const results: Result[] = [];
  return { results, run: async () => void results.push(await measure()) };
}

/**
 * Lets each run once per round, in the same order, so that what changes on the machine over the
 * minutes changes for all of them.
 */
export async function takeTurns(
  rounds: number,
  turns: readonly Pick<Turn<unknown>, 'run'>[],
): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    for (const turn of turns) await turn.run();
  }
}
