import type { Language } from '../contract/index.ts'
import type { EvaluatedRun, Evaluation } from './evaluate.ts'
import type { Score } from './score.ts'
import { type ReportText, reportTextIn } from './texts.ts'

/** A table without a look: the terminal and the page each give it theirs. Rows are as long as `columns`. */
export interface ReportTable {
  title: string
  note: string | null
  columns: string[]
  rows: string[][]
  /** How many columns, from the left, hold words and not numbers; one where absent. */
  wordColumns?: number
}

const maxMistakes = 20

/** One line for each run. */
export function overviewTable({ runs, rule }: Evaluation, language: Language): ReportTable {
  const text = reportTextIn(language)
  const columns = text.overview.columns.with(2, rule.minIou === 0.5 ? 'AP' : `AP(IoU ${rule.minIou})`)
  const rows = runs.map((run) => {
    const { score } = run
    const point = score.operatingPoints.find(({ confidence }) => confidence === rule.confidence)
    return [
      run.mode,
      conditionName(run, text),
      ...[score.ap, score.ap50, score.ap50To95, score.meanApOfCategories, score.meanApOfClasses].map(share),
      share(point?.precision ?? null),
      share(point?.recall ?? null),
      share(point?.falseAlarmsPerPhoto ?? null),
      share(score.naming.classAccuracy),
    ]
  })
  return { title: text.overview.title, note: text.overview.note, columns, rows, wordColumns: 2 }
}

/** The tables of one run, in the order in which one reads them. */
export function detailTables(score: Score, language: Language): ReportTable[] {
  const text = reportTextIn(language)
  return [
    pointTable(score, text),
    sizeTable(score, text),
    {
      ...text.byCategory,
      note: null,
      rows: score.categories.map((one) => [text.categories[one.category], String(one.signs), share(one.ap)]),
    },
    namingTable(score, text),
    reliabilityTable(score, text),
    mistakeTable(score, text),
  ]
}

export function classTable(score: Score, language: Language): ReportTable {
  const rows = score.classes.map(({ code, signs, ap }) => [code, String(signs), share(ap)])
  return { ...reportTextIn(language).classes, rows }
}

function pointTable({ operatingPoints }: Score, text: ReportText): ReportTable {
  const rows = operatingPoints.map((point) => [
    String(point.confidence),
    ...[point.hits, point.missed, point.falseAlarms].map(String),
    ...[point.precision, point.recall, point.f1, point.falseAlarmsPerPhoto, point.falseAlarmsPerSignFreePhoto].map(
      share,
    ),
  ])
  return { ...text.points, rows }
}

function sizeTable({ sizes }: Score, text: ReportText): ReportTable {
  const rows = sizes.map(({ from, to, signs, recall, ap }) => [
    to === null ? `≥ ${from}` : from === 0 ? `< ${to}` : `${from} – ${to}`,
    String(signs),
    share(recall),
    share(ap),
  ])
  return { ...text.sizes, rows }
}

function namingTable({ naming }: Score, text: ReportText): ReportTable {
  const { readings } = naming
  const wrong = (right: number | null) => share(right === null ? null : 1 - right)
  const row = (name: string, known: number, right: number | null) => [
    name,
    String(known),
    share(right),
    wrong(right),
    '–',
  ]
  const rows = [
    row(text.naming.category, naming.categoryKnown, naming.categoryAccuracy),
    row(text.naming.class, naming.classKnown, naming.classAccuracy),
  ]
  if (readings) {
    rows.push([
      text.naming.readings,
      String(readings.known),
      share(readings.right),
      share(readings.wrong),
      share(readings.notGiven),
    ])
  }
  return { title: text.naming.title, note: text.naming.note, columns: text.naming.columns, rows }
}

function reliabilityTable({ reliability }: Score, text: ReportText): ReportTable {
  const rows = reliability.bins.map((bin) => [
    `${bin.from} – ${bin.to}`,
    String(bin.finds),
    share(bin.meanConfidence),
    share(bin.shareRight),
  ])
  return { ...text.reliability, note: text.reliability.note(share(reliability.ece)), rows }
}

function mistakeTable({ confusions }: Score, text: ReportText): ReportTable {
  const rows = confusions
    .filter(({ isWrong }) => isWrong)
    .slice(0, maxMistakes)
    .map(({ truth, found, count }) => [
      truth ?? text.confusions.falseAlarm,
      found ?? text.confusions.missed,
      String(count),
    ])
  const note = rows.length === 0 ? text.confusions.none : text.confusions.note
  return { title: text.confusions.title, note, columns: text.confusions.columns, rows, wordColumns: 2 }
}

/** Class by class, in the order of the codes; the last row are false alarms, the last column missed signs. */
export function confusionMatrix({ confusions }: Score, language: Language): ReportTable {
  const { matrix, confusions: text } = reportTextIn(language)
  const isCode = (code: string | null): code is string => code !== null
  const truths = [...new Set(confusions.map(({ truth }) => truth).filter(isCode))].sort()
  const found = [...new Set(confusions.map(({ found }) => found).filter(isCode))].sort()
  const counts = new Map<string, number>()
  for (const one of confusions) {
    const key = JSON.stringify([one.truth, one.found])
    counts.set(key, (counts.get(key) ?? 0) + one.count)
  }
  const cell = (truth: string | null, other: string | null) => String(counts.get(JSON.stringify([truth, other])) ?? '')
  const rows = [...truths, null].map((truth) => [
    truth ?? text.falseAlarm,
    ...[...found, null].map((other) => cell(truth, other)),
  ])
  return { title: matrix.title, note: matrix.note, columns: [matrix.corner, ...found, text.missed], rows }
}

export function timingTable({ runs, decodeTime }: Evaluation, language: Language): ReportTable {
  const { timing } = reportTextIn(language)
  const steps = runs
    .filter(({ alteration }) => alteration === null)
    .map(({ mode, inferTime }) => ({ name: timing.infer(mode), time: inferTime }))
  const rows = [{ name: timing.decode, time: decodeTime }, ...steps].flatMap(({ name, time }) =>
    time === null
      ? []
      : [[name, ...[time.median.cpu, time.mean.cpu, time.median.wall, time.mean.wall].map((ms) => ms.toFixed(1))]],
  )
  return { title: timing.title, note: timing.note, columns: timing.columns, rows }
}

/** What was not scored, or only in part; empty tables are left out. */
export function caveatTables({ labels, failures, unknownNames }: Evaluation, language: Language): ReportTable[] {
  const text = reportTextIn(language)
  const leftOut = [
    ...labels.unlabelled.map((photo) => [photo, text.leftOut.unlabelled]),
    ...labels.missing.map((photo) => [photo, text.leftOut.missing]),
    ...failures.map(({ photo, error }) => [photo, error.messageIn(language)]),
  ]
  const names = unknownNames.map(({ name, count }) => [name, String(count)])
  return [
    { ...text.unknownNames, rows: names },
    { title: text.leftOut.title, note: null, columns: text.leftOut.columns, rows: leftOut, wordColumns: 2 },
  ].filter(({ rows }) => rows.length > 0)
}

export function conditionName({ alteration }: Pick<EvaluatedRun, 'alteration'>, text: ReportText): string {
  return alteration === null ? text.unaltered : text.alterations[alteration]
}

/** Three places; a dash where there is nothing to measure. */
export function share(value: number | null): string {
  return value === null ? '–' : value.toFixed(3)
}
