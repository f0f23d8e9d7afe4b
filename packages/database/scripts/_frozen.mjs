import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { startTestPostgres } from '@orders/local-services/start-test-postgres';
import { createDatabase } from '@orders/database/client';
import pg from 'pg';
const postgres = await startTestPostgres();
const sockets = new Set(); let frozen = false; const held = [];
const server = net.createServer((c) => {
  const u = net.connect(postgres.port, '127.0.0.1');
  sockets.add(c); sockets.add(u); c.on('error', () => {}); u.on('error', () => {});
  c.on('data', (d) => (frozen ? held.push(() => u.write(d)) : u.write(d)));
  u.on('data', (d) => (frozen ? held.push(() => c.write(d)) : c.write(d)));
  c.on('close', () => u.destroy()); u.on('close', () => c.destroy());
});
await new Promise((r) => server.listen(0, '127.0.0.1', r));
const url = new URL(postgres.url); url.port = server.address().port;
const db = createDatabase({ url: url.href, poolSize: 1, applicationName: 't' });
const side = new pg.Client(postgres.url); side.on('error', () => {}); await side.connect();
await side.query('create table t (n int)');
let t0 = Date.now(); const log = (...a) => console.log(Date.now() - t0, ...a);
const p = db.prisma.$transaction(async (tx) => {
  await tx.$executeRaw`insert into t values (1)`;

  setTimeout(() => { frozen = true; }, 300); await tx.$executeRaw`select pg_sleep(1.2)`;
}, { maxWait: 1000, timeout: 5000 }).catch((e) => log('first failed', e.message?.slice(0, 200), e.code));
await p; await delay(50);
log('thaw'); frozen = false; for (const f of held.splice(0)) f();
await db.prisma.$transaction(async (tx) => { await tx.$executeRaw`insert into t values (3)`; }).then(() => log('second ok'), (e) => log('second failed', e.message));
log((await side.query('select * from t')).rows);
await db.close().catch(console.error); await side.end(); server.close(); for (const s of sockets) s.destroy();
await postgres.close();
