/** The middle value; of an even number the mean of the two in the middle. NaN of nothing. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear between the neighbours, as `percentile_cont` does. NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  // Also where both are infinite, and have no difference.
  if (below === above) return below;
  return below + (above - below) * (place - Math.floor(place));
}

/**
 * Round by round: what one contender reached as a multiple of what the other one reached in the same
 * round, when the machine was in the same mood. A round that either of them has not finished is left out.
 */
export function ratios(ours: readonly number[], theirs: readonly number[]): number[] {
  return ours.slice(0, theirs.length).map((value, round) => value / (theirs[round] ?? NaN));
}
