import type { Evaluation } from './evaluate.ts'

/** An evaluation as one JSON document. Names are written with `_`, as on the wire. */
export function toReportJson(evaluation: Evaluation): string {
  const { labels, runs, failures, ...rest } = evaluation
  const document = {
    ...rest,
    labels: {
      format: labels.format,
      photos: labels.photos.length,
      unlabelled: labels.unlabelled,
      missing: labels.missing,
      unreadable: failures.map(({ photo, error }) => ({ photo, code: error.code })),
    },
    runs: runs.map(({ mode, alteration, score, inferTime }) => ({ mode, alteration, inferTime, ...score })),
  }
  return JSON.stringify(withUnderscores(document), null, 2)
}

/** Only keys of our own interfaces pass here: names from label files are values. */
function withUnderscores(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withUnderscores)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key.replace(/ap50To95/, 'ap50_95').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      withUnderscores(entry),
    ]),
  )
}
