import { join } from 'node:path';
import { describeFailure, runCommand } from '@orders/local-services/run-command';
import { projectFolder } from '../../project-folder.ts';
import { FLOOR_CONNECTIONS, type FloorWriter } from './floor-writer.ts';

export async function hasPgbench(): Promise<boolean> {
  const result = await runCommand('pgbench', ['--version']);
  return result.kind === 'ended' && result.code === 0;
}

export function createPgbenchFloor(): FloorWriter {
  return {
    name: 'pgbench',
    write: async (databaseUrl, seconds) => {
      const { hostname, port, username, password, pathname } = new URL(databaseUrl);
      const result = await runCommand(
        'pgbench',
        [
          `--host=${hostname}`,
          `--port=${port}`,
          `--username=${username}`,
          '--no-vacuum',
          '--protocol=prepared',
          `--client=${FLOOR_CONNECTIONS}`,
          `--time=${seconds}`,
          `--file=${join(projectFolder, 'bench/sql/place-order.sql')}`,
          pathname.slice(1),
        ],
        {
          env: { PATH: '/usr/local/bin:/usr/bin:/bin', PGPASSWORD: decodeURIComponent(password) },
          timeoutMs: (seconds + 30) * 1_000,
        },
      );
      if (result.kind === 'ended' && result.code === 0) return;
      throw new Error(`pgbench failed: ${describeFailure(result)}`);
    },
  };
}
