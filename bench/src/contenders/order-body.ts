/** What the contenders' `POST /orders` takes. */
export interface OrderBody {
  readonly customerId: string;
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
}

/** Checked by Fastify before the handler runs. */
export const orderBodySchema = {
  type: 'object',
  required: ['customerId', 'items'],
  additionalProperties: false,
  properties: {
    customerId: { type: 'string', minLength: 1, maxLength: 64 },
    items: {
      type: 'array',
      minItems: 1,
      maxItems: 100,
      items: {
        type: 'object',
        required: ['sku', 'quantity'],
        additionalProperties: false,
        properties: {
          sku: { type: 'string', pattern: '^[A-Z0-9][A-Z0-9-]{0,63}$' },
          quantity: { type: 'integer', minimum: 1, maximum: 1000 },
        },
      },
    },
  },
} as const;

export interface PricedItem {
  readonly sku: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
}

/** Adds the catalogue's price to each item; null when one of them is not in the catalogue. */
export function priceItems(
  items: OrderBody['items'],
  prices: ReadonlyMap<string, number>,
): { items: PricedItem[]; totalMinor: number } | null {
  const priced: PricedItem[] = [];
  let totalMinor = 0;
  for (const item of items) {
    const unitPriceMinor = prices.get(item.sku);
    if (unitPriceMinor === undefined) return null;
    priced.push({ ...item, unitPriceMinor });
    totalMinor += unitPriceMinor * item.quantity;
  }
  return { items: priced, totalMinor };
}
