import { describe, expect, test } from 'vitest';
import { chooseMediaType } from '../src/http/choose-media-type.ts';
import { readIfMatch } from '../src/http/if-match.ts';
import { readWaitPreference } from '../src/http/wait-preference.ts';

describe('Prefer', () => {
  test.each<[string | string[] | undefined, number | null]>([
    [undefined, null],
    ['', null],
    ['wait=10', 10],
    ['Wait=10', 10],
    ['wait = 10', 10],
    ['wait="10"', 10],
    ['respond-async, wait=10', 10],
    ['wait=10; strict, return=minimal', 10],
    ['wait=0', 0],
    ['wait=5, wait=10', 5],
    [['return=minimal', 'wait=7'], 7],
    ['wait', null],
    ['wait=', null],
    ['wait=-1', null],
    ['wait=1.5', null],
    ['wait=1e3', null],
    ['wait=ten', null],
    ['wait=99999999999', null],
    ['waiting=10', null],
    ['await=10', null],
    ['return=minimal', null],
  ])('%j means to wait for %s seconds', (prefer, seconds) => {
    expect(readWaitPreference(prefer)).toBe(seconds);
  });
});

describe('Accept', () => {
  const choose = (accept: string | undefined) =>
    chooseMediaType(accept, ['application/json', 'text/event-stream']);
  test.each<[string | undefined, string | null]>([
    [undefined, 'application/json'],
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['application/json', 'application/json'],
    ['application/*', 'application/json'],
    ['text/event-stream', 'text/event-stream'],
    ['TEXT/Event-Stream', 'text/event-stream'],
    ['text/*', 'text/event-stream'],
    ['text/event-stream, */*;q=0.1', 'text/event-stream'],
    ['text/event-stream;q=0.5, application/json', 'application/json'],
    ['application/json;q=0.5, text/event-stream', 'text/event-stream'],
    ['text/event-stream, application/json', 'application/json'],
    ['text/html, */*;q=0.8', 'application/json'],
    ['*/*, application/json;q=0', 'text/event-stream'],
    ['text/event-stream;q=0', null],
    ['text/html', null],
    ['application/json;q=2', null],
    ['nonsense', null],
  ])('%j gets %s', (accept, type) => {
    expect(choose(accept)).toBe(type);
  });
});

describe('If-Match', () => {
  test.each<[string, number[] | null]>([
    ['"1"', [1]],
    ['"1","22"', [1, 22]],
    [' "1" , W/"2" ', [1]],
    ['*', null],
    ['W/"1"', []],
    ['1', []],
    ['"a"', []],
    ['', []],
    ['"1234567890"', []],
  ])('%j allows the versions %j', (header, versions) => {
    expect(readIfMatch(header)).toEqual(versions);
  });
});
