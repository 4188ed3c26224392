"""How the page looks: light and dark, on a wide screen and on a phone."""

STYLE = """
:root {
  color-scheme: light dark;
  --ink: #1f2328; --soft: #57606a; --paper: #ffffff; --shade: #f6f8fa;
  --line: #d0d7de; --link: #0550ae; --hue: #0072b2; --warm: #d55e00; --green: #1a7f37;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6edf3; --soft: #9aa4af; --paper: #0d1117; --shade: #161b22;
    --line: #30363d; --link: #79b8ff; --hue: #56b4e9; --warm: #ff9d5c;
    --green: #56d364;
  }
}
* { box-sizing: border-box }
html { scroll-padding-top: 3.5rem }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif;
}
header, section, footer { max-width: 72rem; margin: 0 auto; padding: 0 1rem }
header { padding-top: 1.5rem }
section { padding-bottom: 1.5rem }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .5rem; overflow-wrap: anywhere }
h2 { font-size: 1.3rem; margin: 1.5rem 0 .25rem }
h3 { font-size: 1.05rem; margin: 1.25rem 0 .25rem }
p { max-width: 46rem; margin: .4rem 0 .8rem }
a { color: var(--link) }
code, pre, .nodes, .name { font-family: ui-monospace, Consolas, monospace }
code { overflow-wrap: anywhere }
nav {
  position: sticky; top: 0; z-index: 1; background: var(--paper);
  border-bottom: 1px solid var(--line);
}
nav ol {
  display: flex; gap: .25rem 1.25rem; max-width: 72rem; margin: 0 auto;
  padding: .6rem 1rem; list-style: none; overflow-x: auto; white-space: nowrap;
}
.figures { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0; padding: 0 }
.figures div {
  flex: 1 1 9rem; padding: .5rem .8rem; background: var(--shade);
  border: 1px solid var(--line); border-radius: 6px;
}
.figures dt { color: var(--soft); font-size: .85rem }
.figures dd { margin: 0; font-size: 1.2rem; font-weight: 600 }
.wide { overflow-x: auto; margin: .5rem 0 1rem }
a:focus-visible, summary:focus-visible, .wide:focus-visible, pre:focus-visible {
  outline: 2px solid var(--hue); outline-offset: 2px;
}
table { border-collapse: collapse; font-size: .88rem; min-width: 100% }
caption { text-align: left; color: var(--soft); padding: .2rem 0 }
th, td { padding: .3rem .6rem; text-align: right; border-bottom: 1px solid var(--line) }
th { background: var(--shade); white-space: nowrap }
td { white-space: nowrap; vertical-align: top; font-variant-numeric: tabular-nums }
th.text, td:has(> .text), th:has(> .text) { text-align: left }
.text { display: block; text-align: left }
.sentence { white-space: normal; min-width: 14rem; overflow-wrap: anywhere }
tr:has(.group) td { background: var(--shade) }
.inside { padding-left: 1.2rem }
.bar { display: block; height: .45rem; border-radius: 2px; background: var(--hue) }
pre {
  margin: .5rem 0; padding: .8rem; overflow: auto; max-height: 34rem;
  background: var(--shade); border: 1px solid var(--line); border-radius: 6px;
  font-size: .8rem; line-height: 1.4;
}
details { margin: .3rem 0 }
summary { cursor: pointer }
.path { color: var(--soft); font-size: .82rem; overflow-wrap: anywhere }
.nodes { font-size: .82rem; padding-left: 0; list-style: none; overflow-wrap: anywhere }
.nodes li { padding: .12rem .4rem }
.nodes li:target { background: var(--shade); outline: 2px solid var(--hue) }
.nodes .inner { padding-left: 2rem }
.type { color: var(--soft) }
svg { display: block; max-width: none; font: 13px system-ui, sans-serif }
svg.graph { margin: 0 auto }
.wide > svg:not(.graph) { width: 100%; min-width: 44rem; height: auto }
svg text { fill: var(--ink) }
svg.graph text { font: 12px ui-monospace, Consolas, monospace }
svg.graph text.type { fill: var(--soft); font-size: 11px }
@media (max-width: 40rem) { svg.graph { max-width: 100%; height: auto } }
.arrow { fill: none; stroke: var(--soft); stroke-opacity: .55 }
.box rect { fill: var(--paper); stroke: var(--soft) }
.box.input rect { fill: var(--shade); stroke: var(--hue); stroke-width: 1.5 }
.box.output rect { stroke: var(--green); stroke-width: 2 }
.box:hover rect { stroke: var(--warm); stroke-width: 2.5 }
.grid { stroke: var(--ink); stroke-opacity: .15 }
.roof { stroke: var(--soft); stroke-width: 2.5 }
.roof.cache { stroke-dasharray: 6 4 }
.plot .name { fill: var(--soft); font-size: 12px }
.dot { fill: var(--hue); fill-opacity: .65; stroke: var(--paper); cursor: pointer }
.dot:hover, .dot:focus {
  fill: var(--warm); fill-opacity: 1; stroke: var(--ink); stroke-width: 2;
  outline: none;
}
.bound { stroke: var(--ink); stroke-dasharray: 6 4 }
.title { font-size: 16px; font-weight: 600 }
.buffer { fill-opacity: .75; stroke: var(--ink); stroke-width: .5 }
.buffer:hover { fill-opacity: 1; stroke-width: 2 }
.label { display: none; pointer-events: none }
.label rect { fill: var(--paper); stroke: var(--line) }
footer { color: var(--soft); font-size: .85rem; padding-bottom: 2rem }
"""
