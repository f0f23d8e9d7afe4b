import PgBoss from 'pg-boss';

export const QUEUE = 'orders';

/** Connects and brings its schema up to date. */
export async function startBoss(connectionString: string, max: number): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString, max });
  boss.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
  });
  await boss.start();
  return boss;
}
