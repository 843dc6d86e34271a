import type { Language } from '../contract/index.ts'
import { type Case, casesOf } from './cases.ts'
import { boxColours, cropCases, cropSide, type PicturedCase } from './crop-cases.ts'
import type { EvaluatedRun, Evaluation } from './evaluate.ts'
import { styles } from './report-styles.ts'
import {
  caveatTables,
  classTable,
  conditionName,
  confusionMatrix,
  detailTables,
  overviewTable,
  type ReportTable,
  share,
  timingTable,
} from './report-table.ts'
import type { Truth } from './signs.ts'
import { type ReportText, reportTextIn } from './texts.ts'

const kinds = ['missed', 'false-alarm', 'wrong-name'] as const satisfies Case['kind'][]

/** What the page says of one kind of mistake, of which only the first are shown. */
export interface CaseGroup {
  kind: Case['kind']
  all: number
  shown: PicturedCase[]
}

/** The mistakes of the first run with their pictures, at most `limit` of each kind. Reads the photos again. */
export async function groupCases(evaluation: Evaluation, limit: number, maxPixels: number): Promise<CaseGroup[]> {
  const { rule, runs, labels } = evaluation
  const cases = casesOf(runs[0]!.photos, rule.minIou, rule.confidence)
  const shown = kinds.flatMap((kind) => cases.filter((one) => one.kind === kind).slice(0, limit))
  const pictured = await cropCases(shown, labels.photos, maxPixels)
  return kinds.map((kind) => ({
    kind,
    all: cases.filter((one) => one.kind === kind).length,
    shown: pictured.filter((one) => one.kind === kind),
  }))
}

/** A page of its own: no scripts, nothing loaded from elsewhere. Whatever comes from files is escaped. */
export function toReportHtml(
  evaluation: Evaluation,
  groups: readonly CaseGroup[],
  dir: string,
  language: Language,
): string {
  const text = reportTextIn(language)
  const main = evaluation.runs[0]!
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escapeHtml(text.title)}</title>
<style>${styles}</style>
</head>
<body>
<header>${heading(evaluation, main, dir, text)}</header>
<main>
${tableSection(overviewTable(evaluation, language))}
${caveatTables(evaluation, language)
  .map((table) => tableSection(table))
  .join('\n')}
<p class="details">${escapeHtml(text.details(`${main.mode}, ${conditionName(main, text)}`))}</p>
<div class="pairs">
${detailTables(main.score, language)
  .map((table) => tableSection(table))
  .join('\n')}
${tableSection(timingTable(evaluation, language))}
${tableSection(classTable(main.score, language))}
</div>
${tableSection(confusionMatrix(main.score, language), 'matrix')}
${groups.map((group) => caseSection(group, text)).join('\n')}
</main>
</body>
</html>
`
}

function heading(evaluation: Evaluation, { score }: EvaluatedRun, dir: string, text: ReportText): string {
  const { model, labels, rule, lowestConfidence } = evaluation
  const facts = [
    [text.model, `${model.name} ${model.version} (${model.precision})`],
    [text.folder, dir],
    [text.labels, labels.format],
  ]
  const list = facts.map(([term, fact]) => `<dt>${escapeHtml(term!)}</dt><dd>${escapeHtml(fact!)}</dd>`)
  return `<h1>${escapeHtml(text.title)}</h1>
<dl>${list.join('')}</dl>
<p>${escapeHtml(text.summary(score.photos, score.signFreePhotos, score.signs, score.ignoredSigns))}</p>
<p>${escapeHtml(text.rule(rule.minIou, rule.confidence, lowestConfidence))}</p>`
}

function tableSection({ title, note, columns, rows, wordColumns = 1 }: ReportTable, kind = ''): string {
  const align = (column: number) => (column < wordColumns ? ' class="word"' : '')
  const head = columns.map((name, i) => `<th scope="col"${align(i)}>${escapeHtml(name)}</th>`)
  const body = rows.map(([first = '', ...rest]) => {
    const cells = rest.map((cell, i) => `<td${align(i + 1)}>${escapeHtml(cell)}</td>`)
    return `<tr><th scope="row" class="word">${escapeHtml(first)}</th>${cells.join('')}</tr>`
  })
  const label = escapeHtml(title)
  const table = `<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table>
<thead><tr>${head.join('')}</tr></thead>
<tbody>${body.join('\n')}</tbody></table></div>`
  const noteLine = note === null ? '' : `<p class="note">${escapeHtml(note)}</p>`
  return `<section class="${kind}"><h2>${label}</h2>${noteLine}${rows.length === 0 ? '' : table}</section>`
}

function caseSection({ kind, all, shown }: CaseGroup, text: ReportText): string {
  const { title, none } = text.cases[kind]
  if (all === 0) return `<section><h2>${escapeHtml(title)}</h2><p class="note">${escapeHtml(none)}</p></section>`
  const legend = `<span class="key"><i style="border-color:${boxColours.truth}"></i>${escapeHtml(text.legend.truth)}</span>
<span class="key"><i style="border-color:${boxColours.found};border-style:dashed"></i>${escapeHtml(text.legend.found)}</span>`
  return `<section><h2>${escapeHtml(title)}</h2><p class="note">${escapeHtml(text.shown(shown.length, all))} ${legend}</p>
<ul class="cases">${shown.map((one) => `<li>${figure(one, text)}</li>`).join('\n')}</ul></section>`
}

function figure({ photo, truth, found, dataUri }: PicturedCase, text: ReportText): string {
  const lines = [
    ...(truth ? [text.truthIs(nameOf(truth))] : []),
    found ? text.foundAs(found.reading ?? found.classCode, share(found.confidence)) : text.notSeen,
  ]
  const captions = lines.map((line) => `<span>${escapeHtml(line)}</span>`).join('')
  return `<figure><img src="${dataUri}" width="${cropSide}" alt="${escapeHtml(lines.join('; '))}">
<figcaption>${captions}<small>${escapeHtml(photo)}</small></figcaption></figure>`
}

/** As labelled, and what that means to the model where it is something else. */
function nameOf({ name, reading, classCode, category }: Truth): string {
  const meaning = reading ?? classCode ?? category
  return meaning === null || meaning === name ? name : `${name} → ${meaning}`
}

/** For text and for quoted attributes. */
export function escapeHtml(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (character) => names[character]!)
}
