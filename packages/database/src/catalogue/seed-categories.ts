/** A category of the seeded catalogue, with the kinds of products in it, by their SKUs' prefix. */
interface SeedCategory {
  readonly slug: string;
  readonly name: string;
  readonly prefixes: readonly string[];
}

const COMPUTING = 'KEYBOARD MOUSE MONITOR HEADSET WEBCAM DOCK CABLE CHARGER'.split(' ');
const FURNITURE = 'LAMP CHAIR DESK SHELF'.split(' ');
const STATIONERY = 'NOTEBOOK PEN'.split(' ');
const KITCHEN = 'BOTTLE MUG KETTLE GRINDER PAN KNIFE'.split(' ');
const OUTDOOR = 'BACKPACK BOTTLE TENT TORCH HELMET JACKET SOCKS'.split(' ');

/** Most kinds are in two of them. */
export const SEED_CATEGORIES: readonly SeedCategory[] = [
  { slug: 'computing', name: 'Computing', prefixes: COMPUTING },
  { slug: 'furniture', name: 'Furniture and light', prefixes: FURNITURE },
  {
    slug: 'home',
    name: 'Home',
    prefixes: [...KITCHEN, ...FURNITURE, 'TOWEL', 'BLANKET', 'PILLOW'],
  },
  { slug: 'kitchen', name: 'Kitchen', prefixes: KITCHEN },
  { slug: 'office', name: 'Office', prefixes: [...COMPUTING, ...FURNITURE, ...STATIONERY] },
  { slug: 'outdoor', name: 'Outdoor', prefixes: OUTDOOR },
  { slug: 'play', name: 'Play', prefixes: ['PUZZLE'] },
  { slug: 'stationery', name: 'Stationery', prefixes: STATIONERY },
  { slug: 'travel', name: 'Travel', prefixes: ['BACKPACK', 'CHARGER', 'PILLOW', 'JACKET'] },
];

/** Which of these SKUs is in which category. */
export function assignSeedCategories(
  skus: readonly string[],
): { readonly slug: string; readonly sku: string }[] {
  return SEED_CATEGORIES.flatMap(({ slug, prefixes }) =>
    skus
      .filter((sku) => prefixes.includes(sku.split('-', 1)[0] ?? ''))
      .map((sku) => ({ slug, sku })),
  );
}
