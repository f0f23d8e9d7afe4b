/** The whole look of the report; colours follow the reader's light or dark preference. */
export const REPORT_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --card: #ffffff; --line: #e3e6ea; --text: #1b1f24; --quiet: #5d6672;
  --accept: #2563c9; --complete: #b45309; --good: #14713d; --good-ground: #e3f4e9;
  --bad: #b3261e; --bad-ground: #fbe9e7;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171b; --card: #1c2026; --line: #2d333b; --text: #e7eaee; --quiet: #9aa4b0;
    --accept: #7aa7f7; --complete: #f0a54a; --good: #6fd397; --good-ground: #173324;
    --bad: #ff8a80; --bad-ground: #3b1c1a;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 880px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 22px; margin: 0 0 4px; }
h2 { font-size: 16px; margin: 0 0 12px; }
.quiet { color: var(--quiet); }
section, .verdict { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 18px 20px; margin-top: 16px; overflow-x: auto; }
.verdict { font-weight: 600; }
.verdict.good { color: var(--good); background: var(--good-ground); border-color: transparent; }
.verdict.bad { color: var(--bad); background: var(--bad-ground); border-color: transparent; }
.verdict ul { font-weight: 400; margin: 8px 0 0; padding-left: 20px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 12px; margin-top: 16px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 16px; }
.tile b { display: block; font-size: 22px; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 5px 8px; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; }
th { color: var(--quiet); font-weight: 500; }
tr:last-child td { border-bottom: 0; }
svg { display: block; width: 100%; min-width: 480px; height: auto; }
svg text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--text); }
svg .tick { fill: var(--quiet); font-size: 11px; }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .mark { stroke: var(--text); stroke-width: 1; stroke-dasharray: 3 3; opacity: .6; }
svg .bar:hover { opacity: .7; }
svg .curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
svg .dot { fill: var(--text); opacity: 0; }
svg .dot:hover { opacity: .5; }
`;
