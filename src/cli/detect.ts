import { setMaxListeners } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { OnStep } from '../analysis/analyzer.ts'
import { ProcessAnalyzer } from '../analysis/process-analyzer.ts'
import type { Language } from '../contract/index.ts'
import { packageRoot } from '../package-root.ts'
import { type DetectArguments, languageOf, parseArguments, sentenceOf, UsageError } from './arguments.ts'
import { detectFile, isResult, resultPathsOf } from './detect-files.ts'
import { Progress } from './progress.ts'
import { describeFile, type FileResult, toJson } from './report.ts'
import { textsIn } from './texts.ts'

const exitCodes = { success: 0, failed: 1, usage: 2, interrupted: 130 }
// Nobody shares this computer's patience: tiles of a large photo on a slow machine may take a while.
const timeoutMs = 10 * 60_000
const maxPixels = 268_402_689

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
  const interrupt = interruption()
  const startedAt = performance.now()
  const processes = options.processes ?? Math.min(availableParallelism(), options.files.length)
  const texts = textsIn(language)
  process.stderr.write(`${texts.loading(processes)}\n`)
  const modelDir = options.modelDir ?? join(packageRoot, 'models/hz-signs')
  const analyzer = await ProcessAnalyzer.start({ modelDir, processes, timeoutMs, maxPixels })
  try {
    const results = await analyzeFiles(analyzer, options, language, interrupt)
    if (options.printsJson) console.log(toJson(results, analyzer.model))
    const signs = results.reduce(
      (sum, result) => sum + ('analysis' in result ? result.analysis.detections.length : 0),
      0,
    )
    const failed = results.filter((result) => 'failure' in result).length
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    process.stderr.write(`${texts.sum(results.length, signs, failed, seconds)}\n`)
    return failed > 0 ? exitCodes.failed : exitCodes.success
  } catch (err) {
    if (interrupt.aborted) return exitCodes.interrupted
    throw err
  } finally {
    await analyzer[Symbol.asyncDispose]()
  }
}

/** All files at once, as many as there are processes; told in the order given. */
async function analyzeFiles(
  analyzer: ProcessAnalyzer,
  options: DetectArguments,
  language: Language,
  signal: AbortSignal,
): Promise<FileResult[]> {
  const { files } = options
  const progress = new Progress(process.stderr, files.length)
  const resultPaths = options.saves ? resultPathsOf(files) : []
  const detecting = files.map(async (file, index) => {
    const onStep: OnStep = (step, fraction) => progress.step(index, step, fraction)
    const result = await detectFile(analyzer, file, resultPaths[index] ?? null, options, language, signal, onStep)
    progress.finish(index, file)
    return result
  })
  // Asked for before any can fail. An interruption waits for it, so that no half-written file is left behind.
  const allEnded = Promise.allSettled(detecting)
  try {
    const results: FileResult[] = []
    for (const one of detecting) {
      const result = await one
      results.push(result)
      progress.clear()
      if (!options.printsJson) console.log(describeFile(result, language))
    }
    return results
  } finally {
    await allEnded
    progress.clear()
  }
}

/** Aborts on Ctrl-C; a second one ends the process as usual. */
function interruption(): AbortSignal {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal) // One for each file.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort())
  return controller.signal
}

process.exitCode = await main(process.argv.slice(2), Intl.DateTimeFormat().resolvedOptions().locale)
