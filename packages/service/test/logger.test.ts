import { createLogger, type Logger } from '@orders/service/logger';
import { fc, test as propertyTest } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';

function capture(): { logger: Logger; lines: () => Record<string, unknown>[]; text: () => string } {
  let text = '';
  const logger = createLogger({
    name: 'api',
    version: '1.2.3',
    level: 'debug',
    destination: {
      write: (line) => {
        text += line;
      },
    },
  });
  return {
    logger,
    text: () => text,
    lines: () =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line): Record<string, unknown> => JSON.parse(line)),
  };
}

describe('createLogger', () => {
  test('writes one JSON object per line with ISO time, level name, service and version', () => {
    const { logger, lines } = capture();
    logger.info({ orderId: 'o1' }, 'The order was placed.');
    expect(lines()).toEqual([
      expect.objectContaining({
        level: 'info',
        name: 'api',
        version: '1.2.3',
        orderId: 'o1',
        msg: 'The order was placed.',
      }),
    ]);
    expect(lines()[0]?.time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  test('censors known keys wherever they stand, child loggers included', () => {
    const { logger, text } = capture();
    logger.child({ token: 'canary-1' }).info({
      req: { headers: { authorization: 'canary-2', cookie: 'canary-3' } },
      password: 'canary-4',
    });
    logger.info({ jwt: { secret: 'canary-5' }, config: { databaseUrl: 'canary-6' } });
    logger.info({ body: JSON.stringify({ user: 'u', password: 'x"canary-7' }) });
    expect(text()).not.toMatch(/canary-\d/);
  });

  test('takes credentials out of messages, error messages, stacks and causes', () => {
    const { logger, text, lines } = capture();
    const cause = new Error('connect to redis://:canary-1@cache:6379/0 failed');
    logger.error(
      { err: new Error('postgresql://app:canary-2@db:5432/orders?x=1 refused', { cause }) },
      'No way in with password=canary-3.',
    );
    logger.warn('authorization: Bearer canary-4.abc.def');
    logger.warn({ note: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnktNSJ9.canary-5' });
    logger.error(new Error('at "postgres://u:p@canary-6@db/x"'));
    expect(text()).not.toMatch(/canary-\d/);
    expect(lines()).toHaveLength(4);
    expect(text()).toContain('postgresql://[redacted]@db:5432/orders?x=1');
  });

  test('keeps whatever was thrown to a bounded length', () => {
    const { logger, lines, text } = capture();
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    logger.error({ err: new Error('x'.repeat(5_000_000)) });
    logger.error({ err: new AggregateError([new Error('first')], 'all failed') });
    for (const err of [null, undefined, 'text', 42n, Symbol('s'), circular, () => 1])
      logger.error({ err });
    expect(text().length).toBeLessThan(20_000);
    expect(lines()[1]).toMatchObject({
      err: { type: 'AggregateError', cause: { message: 'first' } },
    });
    expect(lines()[2]).toMatchObject({ err: { type: 'null' } });
  });

  propertyTest.prop([fc.string({ unit: 'binary', maxLength: 200 })])(
    'whatever the text, a line stays one valid JSON object',
    (text) => {
      const { logger, lines } = capture();
      logger.info({ note: text, nested: { 'a=b': text, accessToken: `${text}!` } }, text);
      expect(lines()).toEqual([
        expect.objectContaining({ nested: expect.objectContaining({ accessToken: '[redacted]' }) }),
      ]);
    },
  );

  test('scrubbing takes time in proportion to the length', () => {
    const { logger } = capture();
    const startedAt = performance.now();
    for (const text of [
      'a.'.repeat(50_000),
      'x://'.repeat(25_000),
      'eyJ'.repeat(30_000),
      'token='.repeat(15_000),
      `redis://${'a'.repeat(100_000)}`,
    ]) {
      logger.info(text);
    }
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
