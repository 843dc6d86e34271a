import type { Analysis } from '../analysis/analyzer.ts'
import type { Detection, Language, ModelInfo } from '../contract/index.ts'
import type { ErrorCode } from '../errors.ts'
import { printable } from './progress.ts'
import { renderTable } from './table.ts'
import { textsIn } from './texts.ts'

/** What became of one file. */
export type FileResult =
  | { file: string; analysis: Analysis; resultPath: string | null }
  | { file: string; failure: { code: ErrorCode; message: string } }

/** For people: a heading, the table of signs, and where the picture went. */
export function describeFile(result: FileResult, language: Language): string {
  const texts = textsIn(language)
  if ('failure' in result) return `${printable(result.file)}\n  ✗ ${printable(result.failure.message)}\n`
  const { detections, width, height } = result.analysis
  const found = detections.length === 0 ? texts.noSigns : texts.signs(detections.length)
  const table = signTable(detections, language)
  const saved = result.resultPath === null ? [] : [texts.saved(printable(result.resultPath))]
  return [
    `${printable(result.file)}  ${width}×${height}  ${found}`,
    ...[...table, ...saved].map((line) => `  ${line}`),
    '',
  ].join('\n')
}

/** One line a sign below a heading; no lines where there are none. */
export function signTable(detections: Detection[], language: Language): string[] {
  if (detections.length === 0) return []
  const { columns, categories } = textsIn(language)
  const rows = detections.map((sign) => [
    language === 'en' ? sign.class_name_en : sign.class_name,
    sign.class_code,
    categories[sign.category],
    `${(sign.confidence * 100).toFixed(1)}%`,
    sign.bbox.join(', '),
  ])
  return renderTable([[...columns], ...rows])
}

/** For machines: one document, in the words of the wire. */
export function toJson(results: FileResult[], model: ModelInfo): string {
  const pictures = results.map((result) => {
    if ('failure' in result) return { file: result.file, error: result.failure }
    const { width, height, detections } = result.analysis
    return { file: result.file, width, height, detections, result_file: result.resultPath }
  })
  return JSON.stringify({ model: { name: model.name, version: model.version }, pictures }, null, 2)
}
