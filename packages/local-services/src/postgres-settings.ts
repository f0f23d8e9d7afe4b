export type PostgresSettings = Record<string, string | number | boolean>;

/** What a committed order rests on, and room for the services, the tools and a load run at once. */
export const durableSettings: PostgresSettings = {
  fsync: true,
  synchronous_commit: true,
  full_page_writes: true,
  max_connections: 200,
  max_locks_per_transaction: 256,
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  // Checkpoints seldom fall into a load run: each makes the next write of every page a full one.
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  random_page_cost: 1.1,
  // Compiling a statement costs more than the short statements of this system take.
  jit: false,
  autovacuum_naptime: '10s',
  log_checkpoints: false,
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** For test clusters only, which are thrown away: a power failure may destroy them. */
export const throwAwaySettings: PostgresSettings = {
  ...durableSettings,
  fsync: false,
  synchronous_commit: false,
  full_page_writes: false,
  shared_buffers: '128MB',
  max_connections: 300,
};

/** Loopback TCP only, always: the address is the one thing a setting of the caller cannot change. */
const fixedSettings: PostgresSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
};

/** As arguments, so that changed settings also take effect on a cluster made earlier. */
export function settingArguments(settings: PostgresSettings): string[] {
  return Object.entries({ ...settings, ...fixedSettings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${String(value)}`,
  ]);
}
