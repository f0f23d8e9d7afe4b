import { PrismaClient } from '@orders/database/generated/client';
import { PrismaPg } from '@prisma/adapter-pg';

/** A Prisma client as its guide sets it up, with a pool of the size that served it best here. */
export function createPrisma(connectionString: string, poolSize: number): PrismaClient {
  return new PrismaClient({ adapter: new PrismaPg({ connectionString, max: poolSize }) });
}
