/** The style of the report; no fonts, images or scripts from anywhere. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2530; --soft: #5b6776; --line: #dfe4ea; --paper: #ffffff; --ground: #f5f7f9; --good: #1f7a54; --good-ground: #e8f4ee;
  --check: #8a5a00; --check-ground: #fbf3e0; --c0: #2563a8; --c1: #c2571a; --c2: #2a8a6a; --c3: #8a4fa3; --c4: #a8324a; --c5: #4f6f1f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e8ee; --soft: #9aa7b5; --line: #303a45; --paper: #171d24; --ground: #10151a; --good: #6ecb9f; --good-ground: #16291f;
  --check: #e6b65c; --check-ground: #2c2412; --c0: #74aef0; --c1: #f0965c; --c2: #64c7a3; --c3: #c493dd; --c4: #ee8296; --c5: #a8c970; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 1060px; margin: 0 auto; padding: 40px 24px 64px; }
header p { margin: 4px 0 0; color: var(--soft); }
h1 { font-size: 26px; line-height: 1.25; margin: 0; font-weight: 650; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 0 0 14px; font-weight: 640; }
h3 { font-size: 14px; margin: 0 0 8px; font-weight: 620; overflow-wrap: anywhere; }
.verdict { margin: 22px 0; padding: 18px 22px; border-radius: 12px; border-left: 5px solid var(--good); background: var(--good-ground); }
.verdict.check { border-color: var(--check); background: var(--check-ground); }
.verdict strong { display: block; font-size: 18px; line-height: 1.45; font-weight: 620; overflow-wrap: anywhere; }
.verdict ul { margin: 10px 0 0; padding-left: 20px; }
.verdict .mark { font-size: 12px; font-weight: 650; letter-spacing: .06em; text-transform: uppercase; color: var(--good); }
.verdict.check .mark { color: var(--check); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 0 0 22px; }
.tile { background: var(--paper); border: 1px solid var(--line); border-radius: 12px; padding: 14px 16px; }
.tile b { display: block; font-size: 21px; font-weight: 640; line-height: 1.25; }
.tile span { color: var(--soft); font-size: 13px; }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 12px; padding: 22px; margin: 0 0 18px; }
section > p { margin: 0 0 12px; }
td.n + td, th.n + th { padding-left: 14px; }
.note { color: var(--soft); font-size: 13.5px; max-width: 78ch; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { text-align: left; font-weight: 560; color: var(--soft); font-size: 12.5px; white-space: nowrap; }
th, td { padding: 7px 14px 7px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
td.n, th.n { text-align: right; white-space: nowrap; }
td.name, td.path { overflow-wrap: anywhere; min-width: 9em; }
td.name { font-weight: 560; }
td.path, code, pre { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 12.5px; }
pre { background: var(--ground); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; margin: 0 0 14px; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 420px; }
pre:last-child { margin-bottom: 0; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(310px, 1fr)); gap: 26px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 6px 0 0; color: var(--soft); font-size: 13px; }
.legend i { display: inline-block; width: 12px; height: 3px; border-radius: 2px; margin: 0 6px 4px 0; vertical-align: middle; }
.bar { display: block; height: 8px; border-radius: 4px; background: var(--c0); min-width: 2px; }
td.when { white-space: nowrap; }
td.wide { width: 30%; vertical-align: middle; }
details summary { cursor: pointer; color: var(--soft); margin: 4px 0 10px; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font-size: 11px; font-family: inherit; }
svg .axis { stroke: var(--line); stroke-width: 1; }
svg .ideal { stroke: var(--soft); stroke-dasharray: 4 4; stroke-width: 1; }
svg .mark { stroke: var(--soft); stroke-dasharray: 2 3; stroke-width: 1; }
svg .curve { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
svg .count { fill: var(--line); }
svg .whisker { stroke-width: 1.2; opacity: .55; }
.c0 { stroke: var(--c0); } .c1 { stroke: var(--c1); } .c2 { stroke: var(--c2); } .c3 { stroke: var(--c3); } .c4 { stroke: var(--c4); } .c5 { stroke: var(--c5); }
.f0 { fill: var(--c0); background: var(--c0); } .f1 { fill: var(--c1); background: var(--c1); } .f2 { fill: var(--c2); background: var(--c2); }
.f3 { fill: var(--c3); background: var(--c3); } .f4 { fill: var(--c4); background: var(--c4); } .f5 { fill: var(--c5); background: var(--c5); }
footer { color: var(--soft); font-size: 13px; margin-top: 26px; }
@media print { body { background: #fff; } section, .tile { break-inside: avoid; } }
`;
