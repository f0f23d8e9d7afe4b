import { writeFile } from 'node:fs/promises';
import { mintToken } from './contenders/orders/tokens.ts';

const CUSTOMERS = 1_000;

/** Writes a token for each of customer-1 to customer-1000, one per line, readable by this user alone. */
export async function createTokensFile(file: string): Promise<void> {
  const tokens = await Promise.all(
    Array.from({ length: CUSTOMERS }, (_, index) => mintToken(`customer-${index + 1}`)),
  );
  await writeFile(file, `${tokens.join('\n')}\n`, { mode: 0o600 });
}
