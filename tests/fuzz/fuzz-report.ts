import type { Answer } from './exchange-bytes.ts';
import type { Operation } from './open-api.ts';

/** Beyond so many the rest says nothing new. */
const MAX_VIOLATIONS = 12;
const MAX_SHOWN = 1_500;

export interface FuzzReport {
  countAnswer(operation: Operation, answer: Answer): void;
  countAbandoned(): void;
  countQuietRound(): void;
  addViolation(what: string, request: Buffer, answer: Answer | null): void;
  isFull(): boolean;
  readonly violations: readonly string[];
  readonly requests: number;
  /** Rounds in which everything that could write was refused. */
  readonly quietRounds: number;
  /** Share of answers that were 503. */
  readonly turnedAway: number;
  readonly p99Ms: number;
  /** Whether an operation was answered with 2xx at least once. */
  wasGood(operation: Operation): boolean;
  /** How often each operation was answered with which status. */
  toTable(): string;
}

export function createFuzzReport(seed: number): FuzzReport {
  const byOperation = new Map<string, Map<number, number>>();
  const violations: string[] = [];
  const times: number[] = [];
  let abandoned = 0;
  let quietRounds = 0;
  let turnedAway = 0;

  const p99 = () => times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0;
  return {
    violations,
    get requests() {
      return times.length + abandoned;
    },
    get quietRounds() {
      return quietRounds;
    },
    get turnedAway() {
      return turnedAway / (times.length || 1);
    },
    get p99Ms() {
      return p99();
    },
    countAnswer: ({ name }, { status, ms }) => {
      const counts = byOperation.get(name) ?? new Map<number, number>();
      counts.set(status, (counts.get(status) ?? 0) + 1);
      byOperation.set(name, counts);
      times.push(ms);
      if (status === 503) turnedAway += 1;
    },
    countAbandoned: () => {
      abandoned += 1;
    },
    countQuietRound: () => {
      quietRounds += 1;
    },
    addViolation: (what, request, answer) => {
      violations.push([what, show(request), answer === null ? '' : showAnswer(answer)].join('\n'));
    },
    isFull: () => violations.length >= MAX_VIOLATIONS,
    wasGood: ({ name }) => {
      const statuses = Array.from(byOperation.get(name)?.keys() ?? []);
      return statuses.some((status) => status < 300);
    },
    toTable: () => {
      const lines = Array.from(byOperation, ([name, counts]) => {
        const sorted = Array.from(counts).toSorted(([a], [b]) => a - b);
        return `${name.padEnd(44)} ${sorted.map(([status, n]) => `${status}×${n}`).join(' ')}`;
      });
      const sum = `${times.length} answers, p99 ${Math.round(p99())} ms, ${abandoned} abandoned`;
      return [`seed ${seed}: ${sum}, ${quietRounds} rounds without a write`, ...lines].join('\n');
    },
  };
}

function show(bytes: Buffer): string {
  const text = JSON.stringify(bytes.toString('latin1').replace(/Bearer [\w.-]+/g, 'Bearer …'));
  return `> ${text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}… (${bytes.length} bytes)` : text}`;
}

function showAnswer({ status, text, ms }: Answer): string {
  return `< ${status} after ${Math.round(ms)} ms ${text.slice(0, MAX_SHOWN)}`;
}
