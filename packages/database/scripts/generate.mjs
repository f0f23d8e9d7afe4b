// Generates the Prisma client without Prisma's engine binary: `generate` only asks for it to exist,
// and networks that cannot fetch it would fail here. The dummy must not leak beyond this script,
// since with it `migrate deploy` claims success having done nothing.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

const packageDir = path.dirname(import.meta.dirname);
const require = createRequire(import.meta.url);
const prismaCli = path.join(path.dirname(require.resolve('prisma/package.json')), 'build/index.js');

execFileSync(process.execPath, [prismaCli, 'generate', '--schema', '../../prisma/schema.prisma'], {
  cwd: packageDir,
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  },
});
