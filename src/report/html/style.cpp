// How a page looks: on a phone, on a desk, on paper; by day and by night.

#include "report/html/markup.hpp"

namespace ctxcap::report::html {

const std::string_view kStyle = R"css(:root {
  --bg: #ffffff; --panel: #f5f7f9; --fg: #1b2026; --muted: #535d68; --line: #c9d1d9;
  --accent: #0b5cab; --good: #18703a; --warn: #805200; --bad: #b3261e; --bar: #4b83bd;
  --s0: #3f78b5; --s1: #c2681a; --s2: #3a8a55; --s3: #a5468a; --s4: #7a68b8; --s5: #8a7a1f; --s6: #2b8a94; --s7: #7d8590;
  --free: #e3e8ed;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #14181d; --panel: #1c2229; --fg: #e7ebef; --muted: #a9b4bf; --line: #3d4752;
    --accent: #7db8f5; --good: #6cc58a; --warn: #e3b25a; --bad: #ff8f85; --bar: #6ba3dc;
    --s0: #6ba3dc; --s1: #e79a55; --s2: #66b984; --s3: #d685bf; --s4: #a898e0; --s5: #c7b650; --s6: #5fbcc6; --s7: #99a2ac;
    --free: #2a323b;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--fg); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0.5rem 0; }
h2 { font-size: 1.3rem; margin: 2.2rem 0 0.5rem; padding-top: 0.8rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.1rem; margin: 1.5rem 0 0.4rem; }
h4 { font-size: 1rem; margin: 0 0 0.3rem; }
h1, h2, h3, h4, p, li, dd { overflow-wrap: anywhere; }
p { max-width: 46rem; margin: 0.4rem 0; }
.lead { font-size: 1.05rem; }
.muted, figcaption, caption { color: var(--muted); font-size: 0.875rem; }
ul.verdicts { list-style: none; margin: 1rem 0; padding: 0; }
ul.verdicts li { background: var(--panel); border-left: 0.35rem solid var(--muted); padding: 0.6rem 0.8rem; margin: 0.5rem 0; }
li.good { border-color: var(--good) !important; } li.warn { border-color: var(--warn) !important; }
li.bad { border-color: var(--bad) !important; }
.good > .mark { color: var(--good); } .warn > .mark { color: var(--warn); } .bad > .mark { color: var(--bad); }
.mark { font-weight: 700; margin-right: 0.3rem; }
code, pre { font: 0.875rem/1.5 ui-monospace, monospace; }
code { overflow-wrap: anywhere; }
pre { background: var(--panel); padding: 0.7rem; overflow-x: auto; margin: 0.4rem 0; }
.figures { display: grid; grid-template-columns: 1fr; gap: 1.2rem; margin: 0.8rem 0; }
figure { margin: 0; min-width: 0; }
@media (min-width: 60rem) { .figures { grid-template-columns: 1fr 1fr; } }
svg { display: block; width: 100%; height: auto; max-width: 38rem; }
svg text { font: 14px system-ui, sans-serif; fill: var(--muted); }
svg text.up { font-size: 13px; paint-order: stroke; stroke: var(--bg); stroke-width: 4px; }
svg text.strong { fill: var(--fg); font-weight: 600; }
svg .axis { stroke: var(--line); fill: none; } svg .bar { fill: var(--bar); } svg .over { fill: var(--bad); } svg .ours { fill: var(--good); }
svg .cap { stroke: var(--good); stroke-width: 2; } svg .now { stroke: var(--muted); stroke-width: 2; stroke-dasharray: 6 4; }
svg .rung { stroke: var(--line); stroke-width: 1; } svg .at { stroke: var(--accent); stroke-width: 3; }
svg .usable { stroke: var(--bad); stroke-width: 2; stroke-dasharray: 8 4; fill: none; }
svg .most { stroke: var(--s1); fill: none; stroke-width: 2; } svg .p90 { stroke: var(--s0); fill: none; stroke-width: 2; }
svg .p50 { stroke: var(--s2); fill: none; stroke-width: 2; stroke-dasharray: 2 3; }
svg .answers { fill: var(--s1); }
svg .at-oom { stroke: var(--bad); stroke-width: 1.5; }
svg .oom { fill: var(--bad); stroke: var(--bg); }
.log { display: none; }
figure:has(.to-log:checked) .log { display: inline; } figure:has(.to-log:checked) .lin { display: none; }
.scale { border: 0; padding: 0; margin: 0.2rem 0; font-size: 0.875rem; } .scale legend { float: left; margin-right: 0.6rem; }
.scale label { margin-right: 0.8rem; display: inline-block; min-height: 1.5rem; }
.scroll { overflow-x: auto; margin: 0.5rem 0; }
table { border-collapse: collapse; font-size: 0.9rem; min-width: 50%; }
caption { text-align: left; padding: 0.2rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.7rem 0.25rem 0; border-bottom: 1px solid var(--line); }
th, td { max-width: 22rem; overflow-wrap: break-word; }
tbody th { font-weight: 400; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.taken th, tr.taken td { font-weight: 600; background: var(--panel); }
td:last-child:not(.n), th:last-child:not(.n) { min-width: 11rem; }
details { margin: 0.6rem 0; } summary { cursor: pointer; color: var(--accent); min-height: 1.5rem; }
a { color: var(--accent); }
nav ul { margin: 0.3rem 0; padding-left: 1.2rem; columns: 18rem; }
nav li { padding: 0.1rem 0; }
.legend { list-style: none; margin: 0.3rem 0; padding: 0; font-size: 0.875rem; display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; }
.legend [hidden] { display: none; }
.legend i { display: inline-block; width: 0.9em; height: 0.9em; margin-right: 0.35em; vertical-align: -0.1em; background: var(--c); }
.what-if { background: var(--panel); padding: 0.8rem; margin: 0.8rem 0; display: grid; gap: 0.4rem 1.4rem; }
@media (min-width: 60rem) { .what-if { grid-template-columns: 1fr 1fr; } .what-if > .all { grid-column: 1 / -1; } }
.what-if label { display: block; font-weight: 600; }
.what-if input[type=range] { width: 100%; accent-color: var(--accent); height: 2rem; margin: 0; }
.what-if output { font-weight: 400; }
.stack { display: flex; height: 2.6rem; background: var(--free); position: relative; overflow: hidden; }
.stack i { background: var(--c); min-width: 0; flex-basis: 0; border-right: 1px solid var(--bg); }
.stack i.free { background: none; border: 0; }
.stack b { position: absolute; top: 0; bottom: 0; width: 0; border-left: 3px dashed var(--bad); }
dl.figures-of { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1rem; margin: 0.4rem 0; font-size: 0.95rem; }
dl.figures-of dt { color: var(--muted); } dl.figures-of dd { margin: 0; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.week table { min-width: 0; font-size: 0.8rem; } .week td, .week th { padding: 0.05rem 0.35rem; border: 0; min-width: 0; }
.week td:last-child, .week th:last-child { min-width: 0; }
.left { display: block; padding: 0 0.2rem; border-right: 0.4rem solid transparent; }
.left.good { border-color: var(--good); } .left.warn { border-color: var(--warn); } .left.bad { border-color: var(--bad); font-weight: 700; }
.what-if-ooms { background: var(--panel); padding: 0.8rem; } .what-if-ooms input { width: 100%; accent-color: var(--accent); height: 2rem; }
@media print {
  :root { --bg: #fff; --panel: #f5f7f9; --fg: #000; --muted: #444; --line: #999; --accent: #000; --good: #18703a; --warn: #805200; --bad: #b3261e; --bar: #4b83bd; }
  html { font-size: 10pt; } main { max-width: none; padding: 0; } body { font-size: 1rem; }
  .what-if input, .scale, nav { display: none; }
  .figures { grid-template-columns: 1fr 1fr; }
  .scroll { overflow: visible; } table { font-size: 8.5pt; }
  figure, tr, li { break-inside: avoid; } h2, h3, h4 { break-after: avoid; }
}
)css";

}  // namespace ctxcap::report::html
