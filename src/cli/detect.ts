import { setMaxListeners } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Analyzer, OnStep } from '../analysis/analyzer.ts'
import { runningModelOf } from '../analysis/describe-model.ts'
import { ProcessAnalyzer } from '../analysis/process-analyzer.ts'
import { loadEngineChoice } from '../config.ts'
import type { Language } from '../contract/index.ts'
import { packageRoot } from '../package-root.ts'
import { ProcessVideoAnalyzer } from '../video/process-video-analyzer.ts'
import type { VideoAnalyzer } from '../video/video-analyzer.ts'
import { type DetectArguments, languageOf, parseArguments, sentenceOf, UsageError } from './arguments.ts'
import { detectFile, isResult, resultPathsOf } from './detect-files.ts'
import { detectVideo, isVideo } from './detect-videos.ts'
import { toJson } from './json-report.ts'
import { Progress } from './progress.ts'
import { describeFile, type FileResult } from './report.ts'
import { textsIn } from './texts.ts'
import { VideoBar } from './video-progress.ts'

const exitCodes = { success: 0, failed: 1, usage: 2, interrupted: 130 }
// Nobody shares this computer's patience: tiles of a large photo on a slow machine may take a while.
const timeoutMs = 10 * 60_000
const maxPixels = 268_402_689
/** Whoever waits for it may have a video of any length. */
const limits = { maxPixels, maxSeconds: Number.MAX_SAFE_INTEGER }

async function main(argv: string[], locale: string): Promise<number> {
  const language = languageOf(argv, locale)
  try {
    const asked = parseArguments(argv, language)
    const options = { ...asked, files: asked.files.filter((file) => !isResult(file)) }
    if (options.files.length < asked.files.length) console.error(textsIn(language).skipsResults)
    if (options.asksForHelp) {
      console.log(textsIn(language).usage)
      return exitCodes.success
    }
    return await detectAll(options, language)
  } catch (err) {
    console.error(sentenceOf(err, language))
    if (!(err instanceof UsageError)) return exitCodes.failed
    console.error(`\n${textsIn(language).usage}`)
    return exitCodes.usage
  }
}

async function detectAll(options: DetectArguments, language: Language): Promise<number> {
  const signal = interruption()
  const startedAt = performance.now()
  const areVideos = await Promise.all(options.files.map(isVideo))
  const source = { dir: options.modelDir ?? join(packageRoot, 'models/hz-signs'), precision: 'fp32' as const }
  const model = await runningModelOf(source)
  const pictures = await startPictures(source.dir, options, areVideos, language)
  const videos = new ProcessVideoAnalyzer({
    ...{ pictures: { model, source }, processes: 1, limits, silenceMs: timeoutMs },
    engine: loadEngineChoice(),
  })
  try {
    const results = await analyzeFiles({ pictures, videos, areVideos }, options, language, signal)
    if (options.printsJson) console.log(toJson(results, areVideos, model))
    const { signs, failed } = sumOf(results)
    const videoCount = areVideos.filter(Boolean).length
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    const sum = textsIn(language).sum(results.length - videoCount, videoCount, signs, failed, seconds)
    process.stderr.write(`${sum}\n`)
    return failed > 0 ? exitCodes.failed : exitCodes.success
  } catch (err) {
    if (signal.aborted) return exitCodes.interrupted
    throw err
  } finally {
    await pictures?.[Symbol.asyncDispose]()
    await videos[Symbol.asyncDispose]()
  }
}

/** null where there are only videos, which bring processes of their own. */
async function startPictures(modelDir: string, options: DetectArguments, areVideos: boolean[], language: Language) {
  const count = areVideos.filter((isVideo) => !isVideo).length
  if (count === 0) return null
  const processes = options.processes ?? Math.min(availableParallelism(), count)
  process.stderr.write(`${textsIn(language).loading(processes)}\n`)
  return ProcessAnalyzer.start({ modelDir, processes, timeoutMs, maxPixels })
}

/** A video of which a part could not be read has failed, though it has signs. */
function sumOf(results: FileResult[]): { signs: number; failed: number } {
  const signsOf = (result: FileResult) => {
    if ('failure' in result) return 0
    return 'video' in result ? result.video.tracks.length : result.analysis.detections.length
  }
  const hasFailed = (result: FileResult) => 'failure' in result || ('video' in result && result.video.isPartial)
  return {
    signs: results.reduce((sum, result) => sum + signsOf(result), 0),
    failed: results.filter(hasFailed).length,
  }
}

interface Means {
  /** null where there are no pictures. */
  pictures: Analyzer | null
  videos: VideoAnalyzer
  areVideos: boolean[]
}

/** All pictures at once, as many as there are processes, then the videos one by one; told in the order given. */
async function analyzeFiles(
  means: Means,
  options: DetectArguments,
  language: Language,
  signal: AbortSignal,
): Promise<FileResult[]> {
  const { detecting, clear } = startAll(means, options, language, signal)
  // Asked for before any can fail. An interruption waits for it, so that no half-written file is left behind.
  const allEnded = Promise.allSettled(detecting)
  try {
    const results: FileResult[] = []
    for (const one of detecting) {
      const result = await one
      results.push(result)
      clear()
      if (!options.printsJson) console.log(describeFile(result, language))
    }
    return results
  } finally {
    await allEnded
    clear()
  }
}

function startAll(means: Means, options: DetectArguments, language: Language, signal: AbortSignal) {
  const { files } = options
  const { pictures, videos, areVideos } = means
  const resultPaths = options.saves ? resultPathsOf(files) : []
  const progress = new Progress(process.stderr, areVideos.filter((isVideo) => !isVideo).length)
  let bar: VideoBar | null = null
  const detectPicture = async (file: string, index: number) => {
    const onStep: OnStep = (step, fraction) => progress.step(index, step, fraction)
    const path = resultPaths[index] ?? null
    const result = await detectFile(pictures as Analyzer, file, path, options, language, signal, onStep)
    progress.finish(index, file)
    return result
  }
  const ofPictures = files.map((file, index) => (areVideos[index] ? null : detectPicture(file, index)))
  let before: Promise<unknown> = Promise.allSettled(ofPictures)
  const detectVideoThen = async (file: string, index: number) => {
    bar = new VideoBar(process.stderr, file, language)
    const tell = bar.tell.bind(bar)
    return detectVideo(videos, file, resultPaths[index] ?? null, options, language, signal, tell)
  }
  const detecting = files.map((file, index) => {
    const picture = ofPictures[index]
    if (picture) return picture
    const video = before.then(() => detectVideoThen(file, index))
    before = video
    return video
  })
  const clear = () => {
    progress.clear()
    bar?.clear()
  }
  return { detecting, clear }
}

/** Aborts on Ctrl-C; a second one ends the process as usual. */
function interruption(): AbortSignal {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal) // One for each file.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort())
  return controller.signal
}

process.exitCode = await main(process.argv.slice(2), Intl.DateTimeFormat().resolvedOptions().locale)
