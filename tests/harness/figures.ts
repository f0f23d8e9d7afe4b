import { sumKept } from './sum-kept.ts';
import type { System } from './start-system.ts';

/** What a scenario came to, for the table at the end. */
export interface Figure {
  readonly fault: string;
  /** From the moment at which it could recover until it had. */
  readonly recoverySeconds: number | null;
  readonly orders: number;
  /** Acknowledged, and not there. */
  readonly lost: number;
  readonly chargedTwice: number;
}

const figures: Figure[] = [];

/** Counts what the fault has cost and adds a line to the table. */
export async function addFigure(
  { client, database, provider }: System,
  fault: string,
  recoverySeconds: number | null,
): Promise<Figure> {
  const acknowledged = client.memories.flatMap(({ orderId }) => orderId ?? []);
  const found = await database.prisma.order.findMany({
    where: { id: { in: acknowledged } },
    select: { id: true },
  });
  const kept = sumKept(await provider.ledger());
  const figure = {
    fault,
    recoverySeconds,
    orders: acknowledged.length,
    lost: acknowledged.length - found.length,
    chargedTwice: Array.from(kept.values()).filter((charges) => charges > 1).length,
  };
  figures.push(figure);
  return figure;
}

/** Prints the table of this file; to be called when its scenarios are over. */
export function printFigures(title: string): void {
  if (figures.length === 0) return;
  const width = Math.max(...figures.map(({ fault }) => fault.length));
  const rows = figures.map(({ fault, recoverySeconds, orders, lost, chargedTwice }) =>
    [
      fault.padEnd(width),
      (recoverySeconds === null ? '–' : `${recoverySeconds.toFixed(1)} s`).padStart(8),
      String(orders).padStart(6),
      String(lost).padStart(4),
      String(chargedTwice).padStart(7),
    ].join(' | '),
  );
  const head = [title.padEnd(width), 'recovery'.padStart(8), 'orders', 'lost', 'charged twice'];
  console.log(['', head.join(' | '), ...rows, ''].join('\n'));
}
