import type { Analysis } from '../analysis/analyzer.ts'
import type { Detection, Language } from '../contract/index.ts'
import type { ErrorCode } from '../errors.ts'
import type { VideoAnalysis } from '../video/video-analyzer.ts'
import { printable } from './progress.ts'
import { renderTable } from './table.ts'
import { textsIn } from './texts.ts'

export interface VideoResult {
  file: string
  video: Omit<VideoAnalysis, 'videoPath' | 'posterPath' | 'thumbnailPath'>
  /** Of the drawn video and the poster; null where none was asked for, or none could be made. */
  resultPaths: { video: string; poster: string } | null
}

/** What became of one file. */
export type FileResult =
  | { file: string; analysis: Analysis; resultPath: string | null }
  | VideoResult
  | { file: string; failure: { code: ErrorCode; message: string } }

/** For people: a heading, the table of signs, and where the picture went. */
export function describeFile(result: FileResult, language: Language): string {
  const texts = textsIn(language)
  if ('failure' in result) return `${printable(result.file)}\n  ✗ ${printable(result.failure.message)}\n`
  if ('video' in result) return describeVideo(result, language)
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

function describeVideo({ file, video, resultPaths }: VideoResult, language: Language): string {
  const texts = textsIn(language)
  const { width, height, durationS, tracks, isPartial, failedFrames } = video
  const found = tracks.length === 0 ? texts.noSigns : texts.signs(tracks.length)
  const saved = resultPaths === null ? [] : [resultPaths.video, resultPaths.poster].map(printable).map(texts.saved)
  const warning = isPartial ? [texts.isPartial(failedFrames)] : []
  return [
    `${printable(file)}  ${width}×${height}  ${timeText(durationS)}  ${found}`,
    ...[...warning, ...trackTable(tracks, language), ...saved].map((line) => `  ${line}`),
    '',
  ].join('\n')
}

function trackTable(tracks: VideoAnalysis['tracks'], language: Language): string[] {
  if (tracks.length === 0) return []
  const rows = tracks.map(({ signClass, confidence, firstTimeS, lastTimeS }) => [
    ...signCells({ ...signClass, confidence }, language),
    timeText(firstTimeS),
    timeText(lastTimeS),
  ])
  return renderTable([[...textsIn(language).trackColumns], ...rows])
}

/** Minutes and seconds, to a tenth. */
export function timeText(timeS: number): string {
  const tenths = Math.round(timeS * 10)
  return `${Math.floor(tenths / 600)}:${((tenths % 600) / 10).toFixed(1).padStart(4, '0')}`
}

/** One line a sign below a heading; no lines where there are none. */
export function signTable(detections: Detection[], language: Language): string[] {
  if (detections.length === 0) return []
  const rows = detections.map((sign) => [...signCells(sign, language), sign.bbox.join(', ')])
  return renderTable([[...textsIn(language).columns], ...rows])
}

/** Name, code, category and confidence. */
export function signCells(sign: Omit<Detection, 'bbox' | 'track'>, language: Language): string[] {
  return [
    language === 'en' ? sign.class_name_en : sign.class_name,
    sign.class_code,
    textsIn(language).categories[sign.category],
    `${(sign.confidence * 100).toFixed(1)}%`,
  ]
}
