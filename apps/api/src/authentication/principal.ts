/** Who is asking, as the verified token says. */
export interface Principal {
  /** The token's `sub`; for a customer, his id. */
  readonly subject: string;
  /** Has `orders:operate` in `scope`. */
  readonly isOperator: boolean;
}

export const OPERATOR_SCOPE = 'orders:operate';

/** How the order log names who acted. */
export function actorOf({ subject, isOperator }: Principal): string {
  return `${isOperator ? 'operator' : 'customer'}:${subject}`;
}

/** Whether someone may see and act on what belongs to a customer. */
export function mayAccess({ subject, isOperator }: Principal, customerId: string): boolean {
  return isOperator || subject === customerId;
}
