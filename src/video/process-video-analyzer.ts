import type { Analyzer } from '../analysis/analyzer.ts'
import { AppError } from '../errors.ts'
import type { EngineChoice } from './choose-engine.ts'
import type { OnVideoProgress, VideoAnalysis, VideoAnalyzer, VideoJob } from './video-analyzer.ts'
import { runVideoProcess, VideoProcessDied } from './video-child.ts'
import type { VideoHeader, VideoLimits } from './video-engine.ts'

export interface ProcessVideoAnalyzerOptions {
  /** Videos take the model that pictures take. */
  pictures: Pick<Analyzer, 'model' | 'source'>
  /** How many videos are analysed at once. */
  processes: number
  limits: VideoLimits
  engine: EngineChoice
  /** A process that says nothing for so long hangs. */
  silenceMs: number
}

/** Whoever sends a thousand hostile files at once gets their headers read one after the other. */
const PROBES_AT_ONCE = 2
const PROBE_MS = 20_000

/** Starts a process for each video: a hostile one crashes nothing else, and ending it truly stops its work. */
export class ProcessVideoAnalyzer implements VideoAnalyzer {
  readonly #options: ProcessVideoAnalyzerOptions
  readonly #closing = new AbortController()
  readonly #running = new Set<Promise<unknown>>()
  readonly #pids = new Set<number>()
  readonly #waitingProbes: Array<() => void> = []
  #probes = 0

  constructor(options: ProcessVideoAnalyzerOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#options.processes
  }

  /** Of the processes that analyse at the moment. */
  get pids(): number[] {
    return [...this.#pids]
  }

  get limits(): VideoLimits {
    return this.#options.limits
  }

  /**
   * What reads videos, in words for people who run the server.
   * @throws AppError VIDEO_UNAVAILABLE where nothing does
   */
  async describe(): Promise<string> {
    const { limits, engine } = this.#options
    const settings = { kind: 'describe' as const, limits, engine }
    const outcome = await this.#track(runVideoProcess(settings, { silenceMs: PROBE_MS, signal: this.#closing.signal }))
    if (outcome.kind !== 'described') throw new Error(`A description ended as ${outcome.kind}`)
    return outcome.engine
  }

  async probe(path: string, fileName: string): Promise<VideoHeader> {
    if (this.#probes >= PROBES_AT_ONCE) await new Promise<void>((resolve) => this.#waitingProbes.push(resolve))
    this.#probes++
    try {
      const { limits, engine } = this.#options
      const settings = { kind: 'probe' as const, path, fileName, limits, engine }
      const outcome = await this.#track(
        runVideoProcess(settings, { silenceMs: PROBE_MS, signal: this.#closing.signal }).catch((cause) => {
          throw isOfTheFile(cause) ? new AppError('VIDEO_UNREADABLE', { file_name: fileName }, { cause }) : cause
        }),
      )
      if (outcome.kind !== 'probed') throw new Error(`A probe ended as ${outcome.kind}`)
      return outcome.header
    } finally {
      this.#probes--
      this.#waitingProbes.shift()?.()
    }
  }

  async analyze(job: VideoJob, signal: AbortSignal, onProgress: OnVideoProgress): Promise<VideoAnalysis> {
    const { pictures, limits, engine, silenceMs } = this.#options
    const { name, version, precision } = pictures.model
    const detector = { model: pictures.source, expected: { name, version } }
    const either = AbortSignal.any([signal, this.#closing.signal])
    const work = runVideoProcess(
      { kind: 'analyze', job, detector, limits, engine },
      {
        ...{ silenceMs, signal: either, onProgress },
        pids: this.#pids,
      },
    )
    const outcome = await this.#track(
      work.catch((cause) => {
        throw cause instanceof AppError || either.aborted ? cause : new AppError('MODEL_ERROR', {}, { cause })
      }),
    )
    if (outcome.kind !== 'analyzed') throw new Error(`An analysis ended as ${outcome.kind}`)
    return { ...outcome.analysis, model: { name, version, precision } }
  }

  /** Ends all processes; what runs is rejected with SHUTTING_DOWN. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new AppError('SHUTTING_DOWN'))
    await Promise.allSettled(this.#running)
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work)
    try {
      return await work
    } finally {
      this.#running.delete(work)
    }
  }
}

/** A header that takes this long, or ends the process that reads it, is the file's doing. */
function isOfTheFile(err: unknown): boolean {
  return err instanceof VideoProcessDied || (err instanceof AppError && err.code === 'DETECTION_TIMEOUT')
}
