/** The page's look, light or dark as the system is, down to the width of a phone. */
export const styles = `
:root { color-scheme: light dark; --ground: #f6f7f9; --card: #fff; --ink: #16202b; --soft: #566270; --line: #dbe0e6; --accent: #0068b2 }
@media (prefers-color-scheme: dark) {
  :root { --ground: #10151b; --card: #19212a; --ink: #e6ebf0; --soft: #9aa7b4; --line: #2d3844; --accent: #6db8f2 }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif }
header, main { max-width: 76rem; margin: 0 auto; padding: 0 1rem }
header { padding-top: 1.5rem }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem }
h2 { font-size: 1.05rem; margin: 0 0 .25rem }
p { margin: .25rem 0 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0 0 .5rem }
dt { color: var(--soft) }
dd { margin: 0; overflow-wrap: anywhere }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .9rem 1rem; margin: 1rem 0; min-width: 0 }
.details { margin-top: 1.5rem; font-weight: 600 }
.pairs { columns: 2 30rem; column-gap: 1rem }
.pairs section { break-inside: avoid; margin: 0 0 1rem }
.note { color: var(--soft); font-size: .9rem; margin-bottom: .5rem }
.scroll { overflow-x: auto; max-height: 80vh; overflow-y: auto }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap }
th, td { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid var(--line) }
thead th { position: sticky; top: 0; background: var(--card); color: var(--soft); font-weight: 500 }
th.word, td.word { text-align: left }
tbody th { font-weight: 500 }
tbody tr:last-child > * { border-bottom: 0 }
.matrix th, .matrix td { padding: .15rem .4rem; font-size: .85rem }
.matrix th:first-child { position: sticky; left: 0; background: var(--card); z-index: 1 }
.matrix td { min-width: 2rem }
.key { display: inline-flex; align-items: center; gap: .35rem; margin-left: 1rem }
.key i { width: 1rem; height: 1rem; border: 2px solid; border-radius: 2px }
.cases { list-style: none; margin: .5rem 0 0; padding: 0; display: grid; gap: .9rem; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)) }
figure { margin: 0 }
img { display: block; width: 100%; height: auto; aspect-ratio: 1; object-fit: contain; border-radius: .4rem; background: var(--line) }
figcaption { margin-top: .3rem; font-size: .85rem; line-height: 1.35; overflow-wrap: anywhere }
figcaption span, figcaption small { display: block }
small { color: var(--soft) }
`
