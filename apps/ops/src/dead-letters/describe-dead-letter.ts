import type { DeadLetterView } from '@orders/domain/contracts/dead-letter';

/** A dead letter in one line of a list. */
export function summarizeDeadLetter(letter: DeadLetterView): string {
  const stock = letter.holdsStock ? ', holds stock' : '';
  return `${letter.id}  ${letter.state}  ${letter.openedAt}  ${letter.reason} (order ${letter.orderId}, was ${letter.fromStatus}${stock})`;
}

/** A dead letter in full: what it says, and what may be done about it. */
export function describeDeadLetter(letter: DeadLetterView): string {
  const lines = [
    `dead letter  ${letter.id}`,
    `order        ${letter.orderId}, was ${letter.fromStatus}`,
    `reason       ${letter.reason} after ${letter.attempts} attempts`,
    `detail       ${JSON.stringify(letter.detail)}`,
    `opened       ${letter.openedAt}`,
    `stock        ${letter.holdsStock ? 'held: its payment may have gone through' : 'not held'}`,
  ];
  if (letter.state === 'open') lines.push('state        open: redrive, discard or resolve it');
  else {
    lines.push(
      `state        ${letter.state} by ${letter.closedBy ?? 'nobody'} at ${letter.closedAt ?? '?'}`,
    );
    if (letter.note !== null) lines.push(`note         ${letter.note}`);
  }
  return lines.join('\n');
}
