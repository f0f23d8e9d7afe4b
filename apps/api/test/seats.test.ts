import { describe, expect, test } from 'vitest';
import { createSeats, type Seat, type Seats } from '../src/seats.ts';

function sit(seats: Seats, holder = 'anna'): Seat {
  const seat = seats.take(holder);
  if (typeof seat === 'string') throw new Error(seat);
  return seat;
}

describe('seats', () => {
  test('are bounded in all, and free again once somebody has left', () => {
    const seats = createSeats(2);
    const first = sit(seats, 'anna');
    sit(seats, 'bert');
    expect([seats.take('carl'), seats.count()]).toEqual(['taken', 2]);
    first.leave();
    expect(seats.count()).toBe(1);
    sit(seats, 'carl');
    expect(seats.take('anna')).toBe('taken');
  });

  test('are bounded for each who asks', () => {
    const seats = createSeats(10, 2);
    const first = sit(seats);
    sit(seats);
    expect(seats.take('anna')).toBe('greedy');
    sit(seats, 'bert');
    // Leaving twice frees one.
    first.leave();
    first.leave();
    sit(seats);
    expect(seats.take('anna')).toBe('greedy');
  });

  test('a signal ends one, and is not yet its leaving', () => {
    const seats = createSeats(1);
    const seat = sit(seats);
    seat.end();
    expect(seat.signal.aborted).toBe(true);
    expect(seats.take('anna')).toBe('taken');
    seat.leave();
    expect(sit(seats).signal.aborted).toBe(false);
  });

  test('closing has all go, and lets nobody in', () => {
    const seats = createSeats(2);
    const seat = sit(seats);
    seats.close();
    expect(seat.signal.aborted).toBe(true);
    seat.leave();
    expect(seats.take('anna')).toBe('taken');
  });
});
