/** An amount in integer minor units (cents) of an ISO 4217 currency. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/** The catalogue is priced in one currency, so every order has one, too. */
export const CATALOGUE_CURRENCY = 'USD';

/**
 * Adds amounts of minor units exactly.
 * @throws RangeError when the sum leaves the integers a double can hold.
 */
export function sumMinor(amounts: Iterable<number>): number {
  let sum = 0;
  for (const amount of amounts) sum += amount;
  if (!Number.isSafeInteger(sum)) throw new RangeError('amount is not a safe integer');
  return sum;
}

/** `5997 USD` as `59.97 USD`, for people. Assumes two decimals, as the catalogue's currency has. */
export function formatMoney(money: Money): string {
  const sign = money.amount < 0 ? '-' : '';
  const digits = String(Math.abs(money.amount)).padStart(3, '0');
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)} ${money.currency}`;
}
