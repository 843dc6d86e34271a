import { rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import type { AnalysisJob, Analyzer, OnStep } from '../analysis/analyzer.ts'
import type { Language } from '../contract/index.ts'
import { AppError } from '../errors.ts'
import type { DetectArguments } from './arguments.ts'
import type { FileResult } from './report.ts'
import { textsIn } from './texts.ts'

type Options = Pick<DetectArguments, 'mode' | 'confidenceThreshold'>

const resultEnding = '.detected.jpg'
const videoEnding = '.detected.mp4'

/** Whether a file is a result of this command: `*.jpg` finds it when the command runs a second time. */
export function isResult(file: string): boolean {
  return file.endsWith(resultEnding) || file.endsWith(videoEnding)
}

/** `street.jpg` → `street.detected.jpg` beside it; `street.jpg.detected.jpg` where `street.png` or `street.mp4` is asked for too. */
export function resultPathsOf(files: string[]): string[] {
  const short = files.map((file) => join(dirname(file), basename(file, extname(file)) + resultEnding))
  return files.map((file, i) => {
    const isShared = short.some((path, other) => path === short[i] && files[other] !== file)
    return isShared ? file + resultEnding : short[i]!
  })
}

/** Where the drawn video goes, beside the poster. */
export function videoPathOf(resultPath: string): string {
  return resultPath.slice(0, -resultEnding.length) + videoEnding
}

/** Analyses one picture. A failure is a result, so that the other files go on; only an abort is thrown. */
export async function detectFile(
  analyzer: Analyzer,
  file: string,
  resultPath: string | null,
  options: Options,
  language: Language,
  signal: AbortSignal,
  onStep: OnStep,
): Promise<FileResult> {
  const partPath = resultPath && `${resultPath}.${process.pid}.part`
  try {
    await refuseUnreadable(file, language)
    const { mode, confidenceThreshold } = options
    const job: AnalysisJob = {
      path: file,
      fileName: basename(file),
      mode: mode ?? 'accurate',
      confidenceThreshold,
      resultPath: partPath,
      thumbnailPath: null,
    }
    const analysis = await analyzer.analyze(job, signal, onStep)
    if (partPath && resultPath) await rename(partPath, resultPath)
    return { file, analysis, resultPath }
  } catch (err) {
    if (partPath) await rm(partPath, { force: true })
    signal.throwIfAborted()
    return { file, failure: failureOf(err, language) }
  }
}

/** A file that is not there, said in the reader's language. */
class FileProblem extends Error {}

export async function refuseUnreadable(file: string, language: Language): Promise<void> {
  const texts = textsIn(language)
  const stats = await stat(file).catch((cause) => {
    throw new FileProblem(texts.missing, { cause })
  })
  if (stats.isDirectory()) throw new FileProblem(texts.isFolder)
  if (stats.size === 0) throw new AppError('EMPTY_FILE', { file_name: basename(file) })
}

export function failureOf(err: unknown, language: Language): { code: AppError['code']; message: string } {
  if (err instanceof FileProblem) return { code: 'FILE_NOT_FOUND', message: err.message }
  if (!(err instanceof AppError)) return { code: 'INTERNAL', message: err instanceof Error ? err.message : String(err) }
  const cause = err.cause instanceof Error ? ` (${err.cause.message.split('\n')[0]})` : ''
  return { code: err.code, message: err.messageIn(language) + cause }
}
