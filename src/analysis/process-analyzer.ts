import type { ModelInfo } from '../contract/index.ts'
import { modelInfoOf, readManifest } from '../detection/model-manifest.ts'
import { AppError } from '../errors.ts'
import type { Analysis, AnalysisJob, Analyzer, OnStep } from './analyzer.ts'
import { Deferred } from './deferred.ts'
import { type ProcessRestart, ProcessSlot } from './process-slot.ts'

export type { ProcessRestart } from './process-slot.ts'

export interface ProcessAnalyzerOptions {
  modelDir: string
  /** How many pictures are analysed at once; one thread each. */
  processes: number
  /** The longest that one picture may take, waiting not counted. */
  timeoutMs: number
  maxPixels: number
  onRestart?: (restart: ProcessRestart) => void
}

interface Waiting {
  job: AnalysisJob
  signal: AbortSignal
  onStep: OnStep
  result: Deferred<Analysis>
  leave: () => void
}

/** Analyses in forked processes: a hostile picture crashes only one of them, and killing one truly stops its work. */
export class ProcessAnalyzer implements Analyzer {
  readonly model: ModelInfo
  /** The longest that a process took to load and warm up at the start. */
  warmUpSeconds = 0
  readonly #slots: ProcessSlot[]
  readonly #waiting: Waiting[] = []
  #restarts = 0
  #isClosed = false

  private constructor(model: ModelInfo, options: ProcessAnalyzerOptions) {
    this.model = model
    const { modelDir, maxPixels, timeoutMs } = options
    const onRestart = (restart: ProcessRestart) => {
      this.#restarts++
      options.onRestart?.(restart)
    }
    const slotOptions = { settings: { modelDir, maxPixels }, timeoutMs, onReady: () => this.#dispatch(), onRestart }
    this.#slots = Array.from({ length: options.processes }, () => new ProcessSlot(slotOptions))
  }

  /**
   * Resolves once every process has loaded the model or failed to; those that failed try again.
   * @throws Error saying why, when none could load it.
   */
  static async start(options: ProcessAnalyzerOptions): Promise<ProcessAnalyzer> {
    const model = modelInfoOf(await readManifest(options.modelDir))
    const analyzer = new ProcessAnalyzer(model, options)
    const loads = await Promise.allSettled(analyzer.#slots.map((slot) => slot.firstLoad))
    const seconds = loads.flatMap((load) => (load.status === 'fulfilled' ? [load.value] : []))
    analyzer.warmUpSeconds = Math.max(0, ...seconds)
    const failed = loads.find((load) => load.status === 'rejected')
    if (seconds.length > 0 || !failed) return analyzer
    await analyzer[Symbol.asyncDispose]()
    const reason = failed.reason instanceof Error ? failed.reason.message : String(failed.reason)
    throw new Error(`No analysis process can start: ${reason}`, { cause: failed.reason })
  }

  get size(): number {
    return this.#slots.length
  }

  get alive(): number {
    return this.#slots.filter((slot) => slot.isAlive).length
  }

  get restarts(): number {
    return this.#restarts
  }

  /** Of the processes that run now. */
  get pids(): number[] {
    return this.#slots.flatMap(({ pid }) => pid ?? [])
  }

  async analyze(job: AnalysisJob, signal: AbortSignal, onStep: OnStep): Promise<Analysis> {
    signal.throwIfAborted()
    if (this.#isClosed) throw new AppError('SHUTTING_DOWN')
    const result = new Deferred<Analysis>()
    const leave = () => {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
      result.reject(signal.reason)
    }
    const waiting: Waiting = { job, signal, onStep, result, leave }
    signal.addEventListener('abort', leave, { once: true })
    this.#waiting.push(waiting)
    this.#dispatch()
    return result.promise
  }

  /** Ends all processes; what waits or runs is rejected with SHUTTING_DOWN. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    for (const { signal, leave, result } of this.#waiting.splice(0)) {
      signal.removeEventListener('abort', leave)
      result.reject(new AppError('SHUTTING_DOWN'))
    }
    await Promise.all(this.#slots.map((slot) => slot[Symbol.asyncDispose]()))
  }

  #dispatch(): void {
    if (this.#isClosed) return
    for (const slot of this.#slots) {
      if (!slot.isIdle) continue
      const next = this.#waiting.shift()
      if (!next) return
      void this.#runIn(slot, next)
    }
  }

  async #runIn(slot: ProcessSlot, { job, signal, onStep, result, leave }: Waiting): Promise<void> {
    signal.removeEventListener('abort', leave)
    try {
      result.resolve(await slot.run(job, signal, onStep))
    } catch (err) {
      result.reject(err)
    }
    this.#dispatch()
  }
}
