import type { EndedProcess, StopSignal } from './end-processes.ts';

/** Services are ended before the stores they talk to. */
export type Stage = 'service' | 'store';

export type Moment = 'first' | 'last';

export type Ward = EndedProcess & { stage: Stage };

/** What the reaper does when the supervisor is gone. */
export type Will = {
  wards: Map<number, Ward>;
  /** Files and folders to remove, before the wards are ended or when all are gone. */
  paths: Map<string, Moment>;
};

/** The lines by which the supervisor tells the reaper; one fact per line. */
export const willLine = {
  end: ({ pid, startTime, stopSignal, stage }: Ward): string =>
    `end ${pid} ${encodeURIComponent(startTime)} ${stopSignal} ${stage}\n`,
  forget: (pid: number): string => `forget ${pid}\n`,
  remove: (path: string, moment: Moment): string =>
    `remove ${encodeURIComponent(path)} ${moment}\n`,
  keep: (path: string): string => `keep ${encodeURIComponent(path)}\n`,
};

/** Takes lines until their source ends. An unreadable one, the last of a dying writer, is dropped. */
export async function readWill(lines: AsyncIterable<string>): Promise<Will> {
  const will: Will = { wards: new Map(), paths: new Map() };
  for await (const line of lines) applyLine(will, line);
  return will;
}

function applyLine(will: Will, line: string): void {
  const [verb, subject, third, stopSignal, stage] = line.split(' ');
  if (subject === undefined) return;
  const pid = Number(subject);
  switch (verb) {
    case 'end':
      if (third && isStopSignal(stopSignal) && isStage(stage)) {
        const ward = { pid, startTime: decodeURIComponent(third), stopSignal, stage };
        will.wards.set(pid, ward);
      }
      return;
    case 'forget':
      will.wards.delete(pid);
      return;
    case 'remove':
      will.paths.set(decodeURIComponent(subject), third === 'first' ? 'first' : 'last');
      return;
    case 'keep':
      will.paths.delete(decodeURIComponent(subject));
      return;
    default:
  }
}

const isStopSignal = (word: string | undefined): word is StopSignal =>
  word === 'SIGTERM' || word === 'SIGINT';

const isStage = (word: string | undefined): word is Stage => word === 'service' || word === 'store';
