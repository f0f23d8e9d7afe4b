import type { Category, Product } from '@orders/domain/contracts/product';

export const PRODUCT_EXAMPLE: Product = {
  sku: 'MUG-0001',
  name: 'Talvio Stoneware Mug, Sand',
  description: 'Fits any machine and goes into the dishwasher.',
  price: { amount: 1499, currency: 'USD' },
  active: true,
  categories: ['home', 'kitchen'],
  version: 3,
  createdAt: '2026-11-20T09:00:00.000Z',
  updatedAt: '2026-11-20T10:00:00.000Z',
};

export const CATEGORY_EXAMPLE: Category = {
  slug: 'kitchen',
  name: 'Kitchen',
  description: '',
  version: 1,
  createdAt: '2026-11-20T09:00:00.000Z',
  updatedAt: '2026-11-20T09:00:00.000Z',
};
