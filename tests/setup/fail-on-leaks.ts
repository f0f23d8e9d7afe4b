import { afterAll } from 'vitest';
import { setTimeout as delay } from 'node:timers/promises';

/** What keeps a process alive and is somebody's to close. */
const OWNED = new Set([
  'FSEvent',
  'ProcessWrap',
  'TCPServerWrap',
  'TCPSocketWrap',
  'TLSWrap',
  'Timeout',
  'UDPWRAP',
]);

const before = countOwned();

// Registered before any hook of the file, hence the last to run: whatever a file opened is closed
// by now, or it has forgotten something. Sockets take a moment to go.
afterAll(async () => {
  const deadline = performance.now() + 5_000;
  let left = leftBehind();
  while (left.length > 0 && performance.now() < deadline) {
    await delay(20, undefined, { ref: false });
    left = leftBehind();
  }
  if (left.length > 0) throw new Error(`left open by this file: ${left.join(', ')}`);
});

function leftBehind(): string[] {
  return [...countOwned()]
    .filter(([type, count]) => count > (before.get(type) ?? 0))
    .map(([type, count]) => `${count - (before.get(type) ?? 0)} ${type}`);
}

function countOwned(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) {
    if (OWNED.has(type)) counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return counts;
}
