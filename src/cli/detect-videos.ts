import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Language } from '../contract/index.ts'
import type { OnVideoProgress, VideoAnalysis, VideoAnalyzer } from '../video/video-analyzer.ts'
import { readVideoType } from '../video/video-type.ts'
import type { DetectArguments } from './arguments.ts'
import { failureOf, refuseUnreadable, videoPathOf } from './detect-files.ts'
import type { FileResult } from './report.ts'

type Options = Pick<DetectArguments, 'mode' | 'confidenceThreshold' | 'frameRate'>

/** Whether a file's bytes are those of a video; what cannot be read is none, and is told of with the pictures. */
export async function isVideo(file: string): Promise<boolean> {
  return (await readVideoType(file).catch(() => null)) !== null
}

/** Analyses one video. A failure is a result, so that the other files go on; only an abort is thrown. */
export async function detectVideo(
  analyzer: VideoAnalyzer,
  file: string,
  resultPath: string | null,
  options: Options,
  language: Language,
  signal: AbortSignal,
  onProgress: OnVideoProgress,
): Promise<FileResult> {
  const workDir = await mkdtemp(join(tmpdir(), 'hzsystem-detect-'))
  try {
    await refuseUnreadable(file, language)
    const { confidenceThreshold, frameRate } = options
    const mode = options.mode ?? 'fast'
    const job = { path: file, fileName: basename(file), mode, confidenceThreshold, frameRate }
    const analysis = await analyzer.analyze(
      { ...job, isDrawn: resultPath !== null, isSettledOnly: false, workDir },
      signal,
      onProgress,
    )
    return { file, video: analysis, resultPaths: await keep(analysis, resultPath, signal) }
  } catch (err) {
    signal.throwIfAborted()
    return { file, failure: failureOf(err, language) }
  } finally {
    await rm(workDir, { recursive: true, force: true })
  }
}

async function keep({ videoPath, posterPath }: VideoAnalysis, resultPath: string | null, signal: AbortSignal) {
  if (resultPath === null || videoPath === null || posterPath === null) return null
  const video = videoPathOf(resultPath)
  await putWhole(videoPath, video, signal)
  await putWhole(posterPath, resultPath, signal)
  return { video, poster: resultPath }
}

/** The temporary directory may be of another file system, from which nothing can be renamed. */
async function putWhole(from: string, to: string, signal: AbortSignal): Promise<void> {
  const part = `${to}.${process.pid}.part`
  try {
    await copyFile(from, part)
    signal.throwIfAborted()
    await rename(part, to)
  } finally {
    await rm(part, { force: true })
  }
}
