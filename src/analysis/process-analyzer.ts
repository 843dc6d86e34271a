import type { Precision } from '../contract/index.ts'
import { AppError } from '../errors.ts'
import type {
  Analysis,
  AnalysisJob,
  Analyzer,
  FrameAnalysis,
  FrameJob,
  FramePicturesJob,
  ModelSource,
  OnStep,
  RunningModel,
  Successor,
} from './analyzer.ts'
import { Deferred } from './deferred.ts'
import { runningModelOf } from './describe-model.ts'
import type { Work } from './messages.ts'
import { type ProcessRestart, ProcessSlot } from './process-slot.ts'
import { type Waiting, WaitingLine } from './waiting-line.ts'

export type { ProcessRestart } from './process-slot.ts'

export interface ProcessAnalyzerOptions {
  modelDir: string
  /** fp32 unless told otherwise. */
  precision?: Precision
  /** How many pictures are analysed at once; one thread each. */
  processes: number
  /** The longest that one picture may take, waiting not counted. */
  timeoutMs: number
  maxPixels: number
  /** Of the processes that have had nothing to do for so long, one stays. */
  restAfterMs?: number
  onRestart?: (restart: ProcessRestart) => void
}

/** Pictures come in bursts; from one to the next nobody is to wait for a process to load. */
const REST_AFTER_MS = 20_000

const NEVER = new AbortController().signal

/** What runs now. */
interface Present {
  source: ModelSource
  model: RunningModel
}

/**
 * Analyses in forked processes: a hostile picture crashes only one of them, and killing one truly stops its work.
 *
 * A switch starts one process of the new model as a proof. From the moment it takes over, each process of the old one
 * makes room for a new one as soon as its job is done. So there is never more than one process too many, and no moment
 * without one that can work.
 *
 * Each holds a hundred megabytes: of those that have nothing to do for a while all but one end, and start when pictures wait.
 */
export class ProcessAnalyzer implements Analyzer {
  /** The longest that a process took to load and warm up at the start. */
  warmUpSeconds = 0
  readonly #options: ProcessAnalyzerOptions
  readonly #line = new WaitingLine()
  #present: Present
  /** They get the jobs. */
  #slots: ProcessSlot[]
  /** Of models before the present one: at work for the last time, or about to end. */
  readonly #leaving = new Set<ProcessSlot>()
  /** Of models that have not taken over. */
  readonly #candidates = new Set<ProcessSlot>()
  #restarts = 0
  #isClosed = false

  private constructor(present: Present, options: ProcessAnalyzerOptions) {
    this.#present = present
    this.#options = options
    this.#slots = Array.from({ length: options.processes }, () => this.#newSlot(present))
  }

  /**
   * Resolves once every process has loaded the model or failed to; those that failed try again.
   * @throws Error saying why, when none could load it.
   */
  static async start(options: ProcessAnalyzerOptions): Promise<ProcessAnalyzer> {
    const source = { dir: options.modelDir, precision: options.precision ?? 'fp32' }
    const analyzer = new ProcessAnalyzer({ source, model: await runningModelOf(source) }, options)
    const loads = await Promise.allSettled(analyzer.#slots.map((slot) => slot.firstLoad))
    const seconds = loads.flatMap((load) => (load.status === 'fulfilled' ? [load.value] : []))
    analyzer.warmUpSeconds = Math.max(0, ...seconds)
    const failed = loads.find((load) => load.status === 'rejected')
    if (seconds.length > 0 || !failed) return analyzer
    await analyzer[Symbol.asyncDispose]()
    const reason = failed.reason instanceof Error ? failed.reason.message : String(failed.reason)
    throw new Error(`No analysis process can start: ${reason}`, { cause: failed.reason })
  }

  get model(): RunningModel {
    return this.#present.model
  }

  get source(): ModelSource {
    return this.#present.source
  }

  get size(): number {
    return this.#options.processes
  }

  get alive(): number {
    return this.#slots.filter((slot) => slot.isAlive).length
  }

  get restarts(): number {
    return this.#restarts
  }

  /** Of the processes that run now, those of a model on its way in or out included. */
  get pids(): number[] {
    return this.#allSlots().flatMap(({ pid }) => pid ?? [])
  }

  analyze(job: AnalysisJob, signal: AbortSignal, onStep: OnStep): Promise<Analysis> {
    const work = () => ({ kind: 'picture' as const, job })
    return this.#await({ work, signal, onStep, isLive: false }) as Promise<Analysis>
  }

  analyzeFrame(take: () => FrameJob, signal: AbortSignal): Promise<FrameAnalysis> {
    const work = () => ({ kind: 'frame' as const, job: take() })
    return this.#await({ work, signal, onStep: () => {}, isLive: true }) as Promise<FrameAnalysis>
  }

  async drawFrame(job: FramePicturesJob, signal: AbortSignal): Promise<void> {
    const work = (): Work => ({ kind: 'frame_pictures', job })
    await this.#await({ work, signal, onStep: () => {}, isLive: true })
  }

  async prepare(source: ModelSource): Promise<Successor> {
    const model = await runningModelOf(source)
    if (this.#isClosed) throw new AppError('SHUTTING_DOWN')
    const slot = this.#newSlot({ source, model })
    this.#candidates.add(slot)
    const discard = async () => {
      await slot[Symbol.asyncDispose]()
      this.#candidates.delete(slot)
    }
    try {
      await slot.firstLoad
    } catch (err) {
      await discard()
      throw this.#isClosed ? new AppError('SHUTTING_DOWN') : err
    }
    return { model, discard, takeOver: () => this.#takeOver(slot, { source, model }) }
  }

  /** Ends all processes; what waits or runs is rejected with SHUTTING_DOWN. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    for (const { signal, leave, result } of this.#line.takeAll()) {
      signal.removeEventListener('abort', leave)
      result.reject(new AppError('SHUTTING_DOWN'))
    }
    await Promise.all(this.#allSlots().map((slot) => slot[Symbol.asyncDispose]()))
  }

  /** Waits for a process, and for what it makes of the work. */
  async #await(wanted: Omit<Waiting, 'result' | 'leave'>): Promise<unknown> {
    const { signal } = wanted
    signal.throwIfAborted()
    if (this.#isClosed) throw new AppError('SHUTTING_DOWN')
    const result = new Deferred<unknown>()
    const leave = () => {
      this.#line.remove(waiting)
      result.reject(signal.reason)
    }
    const waiting: Waiting = { ...wanted, result, leave }
    signal.addEventListener('abort', leave, { once: true })
    this.#line.add(waiting)
    this.#dispatch()
    return result.promise
  }

  #newSlot({ source, model: { name, version } }: Present): ProcessSlot {
    const { maxPixels, timeoutMs, restAfterMs = REST_AFTER_MS, onRestart } = this.#options
    return new ProcessSlot({
      settings: { model: source, expected: { name, version }, maxPixels },
      timeoutMs,
      restAfterMs,
      mayRest: () => this.alive > 1,
      onReady: () => this.#dispatch(),
      onRestart: (restart) => {
        this.#restarts++
        onRestart?.(restart)
      },
    })
  }

  #allSlots(): ProcessSlot[] {
    return [...this.#slots, ...this.#leaving, ...this.#candidates]
  }

  #takeOver(first: ProcessSlot, present: Present): void {
    const old = this.#slots
    this.#present = present
    this.#candidates.delete(first)
    this.#slots = [first]
    for (const slot of old) this.#leaving.add(slot)
    for (const slot of old) if (!slot.isBusy) void this.#release(slot)
    this.#dispatch()
  }

  /** Ends a process that has left its last job, and starts one of the present model in its place. */
  async #release(slot: ProcessSlot): Promise<void> {
    await slot[Symbol.asyncDispose]()
    this.#leaving.delete(slot)
    const { processes } = this.#options
    while (!this.#isClosed && this.#slots.length < processes && this.#slots.length + this.#leaving.size <= processes) {
      this.#slots.push(this.#newSlot(this.#present))
    }
  }

  #dispatch(): void {
    if (this.#isClosed) return
    for (const slot of this.#slots) {
      if (!slot.isIdle) continue
      const next = this.#line.takeNext()
      if (!next) return
      void this.#runIn(slot, next)
    }
    if (!this.#line.isEmpty) this.#slots.find(({ isResting }) => isResting)?.wake()
  }

  async #runIn(slot: ProcessSlot, { work, isLive, signal, onStep, result, leave }: Waiting): Promise<void> {
    signal.removeEventListener('abort', leave)
    try {
      result.resolve(await slot.run(work(), isLive ? NEVER : signal, onStep))
    } catch (err) {
      result.reject(err)
    }
    if (this.#leaving.has(slot)) void this.#release(slot)
    this.#dispatch()
  }
}
