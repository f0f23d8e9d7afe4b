import type { FileHandle } from 'node:fs/promises';

const NEWLINE = 0x0a;

/**
 * Hands every line of the file, parsed, to `replay` and returns the length in bytes of the part
 * that is whole. A last line that is not terminated or not JSON is torn and not part of it.
 * @throws Error when a damaged line is followed by others, or when `replay` throws.
 */
export async function readJournal(
  handle: FileHandle,
  replay: (record: unknown) => void,
): Promise<number> {
  const size = (await handle.stat()).size;
  const chunk = Buffer.allocUnsafe(1 << 20);
  let rest: Buffer = Buffer.alloc(0);
  let whole = 0;
  let lineNumber = 0;
  for (let position = 0; position < size;) {
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      lineNumber += 1;
      const record = parseLine(bytes.toString('utf8', start, end));
      if (record === undefined) {
        if (whole + (end + 1 - start) === size) return whole;
        throw new Error(`line ${lineNumber} is damaged, and it is not the last one`);
      }
      try {
        replay(record);
      } catch (error) {
        throw new Error(`line ${lineNumber} is no record of this version`, { cause: error });
      }
      whole += end + 1 - start;
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  return whole;
}

/** Undefined when the line is no JSON; JSON itself has no way to say undefined. */
function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
