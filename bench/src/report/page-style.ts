/** The whole look of the page; colours follow the reader's light or dark preference. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --card: #ffffff; --line: #e3e6ea; --text: #1b1f24; --quiet: #5d6672;
  --good: #14713d; --bad: #b3261e;
  --c0: #2563c9; --c1: #b45309; --c2: #0f766e; --c3: #7c3aed;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171b; --card: #1c2026; --line: #2d333b; --text: #e7eaee; --quiet: #9aa4b0;
    --good: #6fd397; --bad: #ff8a80;
    --c0: #7aa7f7; --c1: #f0a54a; --c2: #5fc9be; --c3: #b79af5;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 22px; margin: 0 0 4px; }
h2 { font-size: 16px; margin: 0 0 12px; }
.quiet { color: var(--quiet); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 18px 20px; margin-top: 16px; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--quiet); font-weight: 500; }
td.number, th.number { text-align: right; white-space: nowrap; }
tr:last-child td { border-bottom: 0; }
.met { color: var(--good); font-weight: 600; }
.missed { color: var(--bad); font-weight: 600; }
svg { display: block; width: 100%; min-width: 560px; height: auto; }
svg text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--text); }
svg .tick { fill: var(--quiet); }
svg .grid { stroke: var(--line); }
svg .curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
svg .dot { fill: var(--text); opacity: 0; }
svg .dot:hover { opacity: .5; }
.c0 { fill: var(--c0); } .c1 { fill: var(--c1); } .c2 { fill: var(--c2); } .c3 { fill: var(--c3); }
.s0 { stroke: var(--c0); } .s1 { stroke: var(--c1); } .s2 { stroke: var(--c2); } .s3 { stroke: var(--c3); }
`;
