const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `12345` as `12,345`. */
export function formatCount(count: number): string {
  return whole.format(count);
}

/** Milliseconds with as many digits as mean something: `0.42 ms`, `37 ms`, `1.24 s`, `2 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 10) return `${trim(ms.toFixed(2))} ms`;
  if (ms < 1_000) return `${ms.toFixed(0)} ms`;
  if (ms < 60_000) return `${trim((ms / 1_000).toFixed(2))} s`;
  const seconds = Math.round(ms / 1_000);
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)} min${rest === 0 ? '' : ` ${rest} s`}`;
}

/** Per second: `1,234/s`, and `0.5/s` below ten. */
export function formatRate(perSecond: number): string {
  return `${perSecond < 10 ? trim(perSecond.toFixed(1)) : formatCount(perSecond)}/s`;
}

/** A part of a whole: `99.9 %`; never `100 %` when something is missing. */
export function formatPercent(part: number, total: number): string {
  if (total === 0) return '0 %';
  const percent = (100 * part) / total;
  const shown = part < total ? Math.min(percent, 99.9) : percent;
  return `${trim(shown.toFixed(1))} %`;
}

/** Text as it may stand in HTML, between tags and within quotes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function trim(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}
