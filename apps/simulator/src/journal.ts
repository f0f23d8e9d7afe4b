import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readJournal } from './read-journal.ts';

/** A batch at least this large means load: the next one is given a moment to fill. */
const LOADED_BATCH = 8;
const GATHER_MS = 1;
const NOTHING_WAITS = Promise.resolve();

/**
 * An append-only file of JSON lines with group commit. What is appended while a batch is being
 * written gathers into the next one, so that any number of waiting requests costs one write and
 * one fdatasync.
 */
export interface Journal {
  /** Adds one record, a line without its newline. Await `durable()` before telling anybody. */
  append(record: string): void;
  /** Resolves when everything appended so far is on disk; rejects when the disk refused it. */
  durable(): Promise<void>;
  /** Writes what waits and closes the file. Nothing may be appended afterwards. */
  close(): Promise<void>;
}

/**
 * Opens the journal at `file`, made with its folder when missing, and hands every record in it to
 * `replay`, oldest first. A torn last line, which is what a death during a write leaves, is cut
 * off: it was never acknowledged.
 * @param onFailure called once, when the disk refuses a batch. Memory is then ahead of the disk, so
 *   the process must end; nothing is acknowledged any more.
 * @throws Error when a line in the middle of the file is damaged, or `replay` refuses one.
 */
export async function openJournal(
  file: string,
  replay: (record: unknown) => void,
  onFailure: (error: Error) => void,
): Promise<Journal> {
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(file, 'a+');
  try {
    await handle.truncate(await readJournal(handle, replay));
    await syncFolder(dirname(file));
  } catch (error) {
    await handle.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The ledger ${file} cannot be used: ${reason}`, { cause: error });
  }
  return createJournal(handle, onFailure);
}

/** Without this a power cut can lose a new file, whatever was synced into it. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function createJournal(handle: FileHandle, onFailure: (error: Error) => void): Journal {
  let gathering: Batch | undefined;
  let writing: Batch | undefined;
  let failure: Error | undefined;
  let loaded = false;

  async function writeGathered(): Promise<void> {
    if (!gathering) return;
    writing = gathering;
    gathering = undefined;
    loaded = writing.records >= LOADED_BATCH;
    try {
      await handle.appendFile(writing.text);
      await handle.datasync();
      writing.resolve();
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      writing.reject(failure);
      onFailure(failure);
    }
    writing = undefined;
    startWriting();
  }

  /** setImmediate lets every request that arrived in this turn of the event loop join the batch. */
  function startWriting(): void {
    if (!gathering || writing) return;
    // A batch after a failed one must not be written: a torn line would stand in mid-file.
    if (failure) gathering.reject(failure);
    else if (loaded) setTimeout(() => void writeGathered(), GATHER_MS);
    else setImmediate(() => void writeGathered());
  }

  function append(record: string): void {
    const first = gathering === undefined;
    gathering ??= createBatch();
    gathering.text += `${record}\n`;
    gathering.records += 1;
    if (first) startWriting();
  }

  function durable(): Promise<void> {
    if (failure) return Promise.reject(failure);
    return (gathering ?? writing)?.written ?? NOTHING_WAITS;
  }

  async function close(): Promise<void> {
    try {
      await durable();
    } finally {
      await handle.close();
    }
  }

  return { append, durable, close };
}

interface Batch {
  text: string;
  records: number;
  written: Promise<void>;
  resolve: () => void;
  reject: (error: Error) => void;
}

function createBatch(): Batch {
  const batch: Batch = {
    text: '',
    records: 0,
    written: Promise.resolve(),
    resolve: () => undefined,
    reject: () => undefined,
  };
  batch.written = new Promise((resolve, reject) => {
    batch.resolve = resolve;
    batch.reject = reject;
  });
  // A batch may fail when nobody waits for it; the failure is reported by itself.
  batch.written.catch(() => undefined);
  return batch;
}
