/** A kind of product of the seeded catalogue; its styles vary the name, the text and the price. */
export interface ProductKind {
  /** First part of the SKU. */
  readonly prefix: string;
  readonly noun: string;
  readonly styles: readonly string[];
  /** From … to, in minor units. */
  readonly priceMinor: readonly [number, number];
  readonly description: string;
}

function kind(
  prefix: string,
  noun: string,
  priceMinor: readonly [number, number],
  styles: readonly string[],
  description: string,
): ProductKind {
  return { prefix, noun, priceMinor, styles, description };
}

/** In the order in which the catalogue grows: one of each, then the second of each, … */
export const PRODUCT_KINDS: readonly ProductKind[] = [
  kind(
    'KEYBOARD',
    'Keyboard',
    [2_999, 18_999],
    ['Mechanical', 'Low-Profile', 'Ergonomic Split', 'Compact 65%', 'Wireless'],
    'Quiet switches, a steel plate and a detachable cable.',
  ),
  kind(
    'MOUSE',
    'Mouse',
    [1_499, 9_999],
    ['Vertical', 'Wireless', 'Travel', 'Trackball', 'Silent'],
    'Precise on glass, with a battery for three months.',
  ),
  kind(
    'MONITOR',
    'Monitor',
    [15_999, 89_999],
    ['24-Inch', '27-Inch 4K', '32-Inch Curved', 'Portable 15-Inch', 'Ultrawide'],
    'Even colours edge to edge, on a height-adjustable stand.',
  ),
  kind(
    'HEADSET',
    'Headset',
    [3_499, 29_999],
    ['Over-Ear', 'On-Ear', 'Noise-Cancelling', 'Conference', 'Open-Back'],
    'Light on the head for a whole day of calls.',
  ),
  kind(
    'WEBCAM',
    'Webcam',
    [2_999, 15_999],
    ['1080p', '4K', 'Wide-Angle', 'Privacy-Shutter', 'Conference'],
    'Good pictures in poor light, and a shutter for the lens.',
  ),
  kind(
    'DOCK',
    'Docking Station',
    [6_999, 32_999],
    ['USB-C', 'Dual-Display', 'Travel', 'Thunderbolt', 'Slim'],
    'One cable for screens, network and power.',
  ),
  kind(
    'CABLE',
    'Cable',
    [499, 3_999],
    ['USB-C 1 m', 'USB-C 2 m', 'HDMI 3 m', 'DisplayPort 2 m', 'Ethernet 5 m'],
    'Braided sleeve and reinforced ends.',
  ),
  kind(
    'CHARGER',
    'Charger',
    [1_499, 8_999],
    ['30 W', '65 W', '100 W', 'Two-Port', 'Travel'],
    'Charges a laptop and stays cool, folding plug included.',
  ),
  kind(
    'LAMP',
    'Desk Lamp',
    [2_499, 14_999],
    ['LED', 'Clamp', 'Dimmable', 'Reading', 'Architect'],
    'Warm to cold light without flicker.',
  ),
  kind(
    'CHAIR',
    'Office Chair',
    [12_999, 79_999],
    ['Mesh', 'Upholstered', 'High-Back', 'Task', 'Drafting'],
    'Adjusts in height, depth and tilt; made for eight hours.',
  ),
  kind(
    'DESK',
    'Desk',
    [19_999, 99_999],
    ['Standing', 'Corner', 'Writing', 'Folding', 'Oak'],
    'A solid top with room for cables below.',
  ),
  kind(
    'SHELF',
    'Shelf',
    [3_999, 24_999],
    ['Wall', 'Ladder', 'Corner', 'Modular', 'Floating'],
    'Carries forty kilograms per board.',
  ),
  kind(
    'NOTEBOOK',
    'Notebook',
    [399, 2_499],
    ['Dotted A5', 'Lined A5', 'Plain A4', 'Pocket', 'Hardcover'],
    'Paper that takes fountain pens, thread-bound to lie flat.',
  ),
  kind(
    'PEN',
    'Pen',
    [249, 6_999],
    ['Gel', 'Fountain', 'Rollerball', 'Fineliner', 'Brush'],
    'Writes at once, also after a month in the drawer.',
  ),
  kind(
    'BACKPACK',
    'Backpack',
    [3_999, 19_999],
    ['20-Litre', 'Roll-Top', 'Commuter', 'Camera', 'Hiking'],
    'Water-repellent, with a padded sleeve for a laptop.',
  ),
  kind(
    'BOTTLE',
    'Bottle',
    [1_299, 4_999],
    ['Insulated 0.5 l', 'Insulated 1 l', 'Glass', 'Sports', 'Kids'],
    'Keeps drinks cold for a day and never leaks.',
  ),
  kind(
    'MUG',
    'Mug',
    [799, 3_499],
    ['Stoneware', 'Enamel', 'Travel', 'Double-Walled', 'Espresso'],
    'Fits any machine and goes into the dishwasher.',
  ),
  kind(
    'KETTLE',
    'Kettle',
    [2_999, 15_999],
    ['Gooseneck', 'Electric', 'Glass', 'Whistling', 'Travel'],
    'Boils a litre in under three minutes.',
  ),
  kind(
    'GRINDER',
    'Coffee Grinder',
    [2_999, 39_999],
    ['Hand', 'Burr', 'Espresso', 'Travel', 'Flat-Burr'],
    'Even grounds from espresso to press.',
  ),
  kind(
    'PAN',
    'Pan',
    [2_499, 16_999],
    ['Cast-Iron', 'Carbon-Steel', 'Non-Stick', 'Copper', 'Grill'],
    'Even heat on gas, ceramic and induction.',
  ),
  kind(
    'KNIFE',
    'Kitchen Knife',
    [1_999, 19_999],
    ["Chef's", 'Paring', 'Bread', 'Santoku', 'Boning'],
    'Forged in one piece and sharpened by hand.',
  ),
  kind(
    'TOWEL',
    'Towel',
    [999, 5_999],
    ['Bath', 'Hand', 'Beach', 'Linen', 'Quick-Dry'],
    'Heavy cotton that softens with each wash.',
  ),
  kind(
    'BLANKET',
    'Blanket',
    [2_999, 19_999],
    ['Wool', 'Fleece', 'Weighted', 'Picnic', 'Knitted'],
    'Warm without weight, machine-washable.',
  ),
  kind(
    'PILLOW',
    'Pillow',
    [1_999, 11_999],
    ['Down', 'Memory-Foam', 'Latex', 'Travel', 'Side-Sleeper'],
    'Keeps its shape, with a cover that comes off.',
  ),
  kind(
    'TENT',
    'Tent',
    [8_999, 69_999],
    ['One-Person', 'Two-Person', 'Family', 'Tunnel', 'Ultralight'],
    'Stands in ten minutes and in a storm.',
  ),
  kind(
    'TORCH',
    'Torch',
    [1_299, 8_999],
    ['Headlamp', 'Pocket', 'Rechargeable', 'Lantern', 'Diving'],
    'Two hundred hours on the lowest light.',
  ),
  kind(
    'HELMET',
    'Helmet',
    [3_999, 24_999],
    ['City', 'Mountain', 'Kids', 'Road', 'Folding'],
    'Tested beyond the norm, with a magnet buckle.',
  ),
  kind(
    'JACKET',
    'Jacket',
    [5_999, 39_999],
    ['Rain', 'Down', 'Softshell', 'Running', 'Wool'],
    'Taped seams and pockets where hands are.',
  ),
  kind(
    'SOCKS',
    'Socks',
    [799, 2_999],
    ['Merino', 'Running', 'Hiking', 'Cotton', 'Compression'],
    'Reinforced heels; guaranteed for two years.',
  ),
  kind(
    'PUZZLE',
    'Puzzle',
    [1_499, 4_999],
    ['500-Piece', '1,000-Piece', '2,000-Piece', 'Wooden', 'Kids'],
    'Thick board, cut without dust.',
  ),
];
