/** Where a command speaks. Progress goes beside the answer, never into it. */
export interface Terminal {
  /** A line of the answer. */
  print(text: string): void;
  /** A line of progress or an error. */
  note(text: string): void;
  /** Replaces the line it wrote last; a terminal only, elsewhere it does nothing. */
  redraw(text: string): void;
  /** Whether a person watches: lines may be redrawn. */
  readonly interactive: boolean;
  /** Aborted when the command shall end: Ctrl-C, SIGTERM, or the parent is gone. */
  readonly stop: AbortSignal;
}

interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** A terminal over two streams: answers to the first, everything else to the second. */
export function createTerminal(stdout: Sink, stderr: Sink, stop: AbortSignal): Terminal {
  let drawn = false;
  const clear = (): void => {
    // CR and "erase in line" (ECMA-48): the next text begins where the redrawn line began.
    if (drawn) stderr.write('\r\u001b[K');
    drawn = false;
  };
  return {
    print(text) {
      clear();
      stdout.write(`${text}\n`);
    },
    note(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    redraw(text) {
      if (stderr.isTTY !== true) return;
      clear();
      stderr.write(text);
      drawn = true;
    },
    interactive: stderr.isTTY === true,
    stop,
  };
}
