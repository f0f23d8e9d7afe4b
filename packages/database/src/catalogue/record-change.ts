import type { Connection } from '../client.ts';

export interface CatalogueChange {
  readonly kind: 'product' | 'category';
  /** The SKU or the slug. */
  readonly key: string;
  readonly version: number;
  readonly actor: string;
  readonly before: object | null;
  readonly after: object;
}

/** Writes down who changed what, in the transaction that changes it. */
export async function recordChange(tx: Connection, change: CatalogueChange): Promise<void> {
  const { kind, key, version, actor, before, after } = change;
  await tx.$executeRaw`
    INSERT INTO catalogue_changes (kind, key, version, actor, before, after)
    VALUES (${kind}, ${key}, ${version}, ${actor},
            ${before === null ? null : JSON.stringify(before)}::jsonb, ${JSON.stringify(after)}::jsonb)`;
}
