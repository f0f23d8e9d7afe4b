import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ConfigError } from '@orders/service/config-error';
import { createFailpoints, NO_FAILPOINTS } from '@orders/service/failpoints';
import { expect, test } from 'vitest';

const here = { production: false };

test('without a spec every process shares one object that does nothing', () => {
  expect(createFailpoints(undefined, { production: true })).toBe(NO_FAILPOINTS);
  expect(createFailpoints(' ', here)).toBe(NO_FAILPOINTS);
  expect(NO_FAILPOINTS.hit('charge.before')).toBeUndefined();
});

test('throw fails once without a condition, always with always', () => {
  const failpoints = createFailpoints('charge.before=throw, charge.after=throw:always', here);
  expect(() => failpoints.hit('charge.before')).toThrow('failpoint charge.before');
  expect(failpoints.hit('charge.before')).toBeUndefined();
  for (let i = 0; i < 3; i += 1)
    expect(() => failpoints.hit('charge.after')).toThrow('failpoint charge.after');
});

test('order=ID fails only where that order passes, every time', () => {
  const failpoints = createFailpoints('reserve.after-commit=throw:order=o7', here);
  expect(failpoints.hit('reserve.after-commit', ['o1', 'o2'])).toBeUndefined();
  expect(failpoints.hit('reserve.after-commit')).toBeUndefined();
  for (let i = 0; i < 2; i += 1)
    expect(() => failpoints.hit('reserve.after-commit', ['o6', 'o7'])).toThrow();
});

test('hang never resolves; block keeps the event loop busy', async () => {
  const failpoints = createFailpoints('settle.before-commit=hang,sweep.after-claim=block', {
    ...here,
    blockMs: 30,
  });
  const hung = failpoints.hit('settle.before-commit');
  const winner = await Promise.race([
    hung,
    new Promise((resolve) => {
      setImmediate(() => {
        resolve('later');
      });
    }),
  ]);
  expect(winner).toBe('later');
  const startedAt = performance.now();
  expect(failpoints.hit('sweep.after-claim')).toBeUndefined();
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(30);
});

test('kill is told first and then ends the process by SIGKILL', async () => {
  const program = `
    import { writeSync } from 'node:fs';
    import { createFailpoints } from '@orders/service/failpoints';
    createFailpoints('shutdown.begin=kill', { production: false, onHit: (hit) => writeSync(1, JSON.stringify(hit)) }).hit('shutdown.begin');
    writeSync(1, 'still here');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: import.meta.dirname,
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  const [, signal] = await once(child, 'close');
  expect([signal, output]).toEqual(['SIGKILL', '{"name":"shutdown.begin","action":"kill"}']);
});

test('names, actions and conditions that are not known are refused together', () => {
  const spec =
    'charge.befor=kill,charge.before=explode,charge.after=kill:twice,nonsense,refund.before=kill:order=';
  expect(() => createFailpoints(spec, here)).toThrow(ConfigError);
  try {
    createFailpoints(spec, here);
  } catch (error) {
    expect(error instanceof ConfigError ? error.problems : []).toHaveLength(5);
  }
});

test('any failpoint at all is refused in production', () => {
  expect(() => createFailpoints('charge.before=throw', { production: true })).toThrow(
    'must not be set in production',
  );
});
