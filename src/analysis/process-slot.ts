import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, BilingualError, isCallersFault } from '../errors.ts'
import { AnalysisChild } from './analysis-child.ts'
import type { OnStep } from './analyzer.ts'
import { Deferred } from './deferred.ts'
import type { ProcessSettings, Results, Work } from './messages.ts'

const firstDelayMs = 100
const maxDelayMs = 10_000
// Loading takes a quarter of a second; a machine in trouble gets two hundred times as long.
const startLimitMs = 60_000
// A frame that takes longer is none of a live session; the next one is waited for.
const frameLimitMs = 10_000

/** A process that crashed, hung or could not start, and is replaced after `delayMs`. */
export interface ProcessRestart {
  pid: number | undefined
  reason: string
  delayMs: number
}

export interface SlotOptions {
  settings: ProcessSettings
  /** The longest that one job may take. */
  timeoutMs: number
  /** A process that has had nothing to do for so long is ended, if it may be, until it is woken. */
  restAfterMs: number
  mayRest: () => boolean
  onReady: () => void
  onRestart: (restart: ProcessRestart) => void
}

/** How long to wait after so many failures in a row. */
export function backoffMs(failures: number): number {
  return failures === 0 ? 0 : Math.min(maxDelayMs, firstDelayMs * 2 ** (failures - 1))
}

type StopReason = 'cancelled' | 'timeout'

/** The place of one process: starts it, and starts another when it ends. */
export class ProcessSlot {
  readonly #options: SlotOptions
  readonly #closing = new AbortController()
  readonly #firstLoad = new Deferred<number>()
  readonly #keeping: Promise<void>
  #child: AnalysisChild | null = null
  #isReady = false
  #isBusy = false
  #failuresInARow = 0
  #stopReason: StopReason | null = null
  #resting: Deferred<void> | null = null
  #restTimer: NodeJS.Timeout | undefined

  constructor(options: SlotOptions) {
    this.#options = options
    this.#firstLoad.promise.catch(() => {}) // Heard by whoever asks.
    this.#keeping = this.#keepAlive()
  }

  /** The seconds that the first process took to load and warm up. @throws Error saying why it could not. */
  get firstLoad(): Promise<number> {
    return this.#firstLoad.promise
  }

  get pid(): number | undefined {
    return this.isResting ? undefined : this.#child?.pid
  }

  /** Ready or at work. */
  get isAlive(): boolean {
    return this.#isReady && this.#child?.isUsable === true
  }

  /** Without a process, until it is woken. */
  get isResting(): boolean {
    return this.#resting !== null
  }

  get isBusy(): boolean {
    return this.#isBusy
  }

  get isIdle(): boolean {
    return this.isAlive && !this.#isBusy
  }

  /** Only when idle. Settles as Analyzer.analyze does. */
  async run(work: Work, signal: AbortSignal, onStep: OnStep): Promise<Results[Work['kind']]> {
    const timeoutMs =
      work.kind === 'picture' ? this.#options.timeoutMs : Math.min(frameLimitMs, this.#options.timeoutMs)
    const child = this.#child!
    let stopped: StopReason | null = null
    const stop = (reason: StopReason) => {
      stopped ??= reason
      this.#stop(reason)
    }
    const cancel = () => stop('cancelled')
    const deadline = setTimeout(stop, timeoutMs, 'timeout')
    signal.addEventListener('abort', cancel, { once: true })
    this.#isBusy = true
    clearTimeout(this.#restTimer)
    try {
      const result = await child.run(work, onStep)
      this.#failuresInARow = 0
      return result
    } catch (err) {
      if (isCallersFault(err)) this.#failuresInARow = 0
      throw this.#reasonOf(err, stopped, signal, timeoutMs)
    } finally {
      clearTimeout(deadline)
      signal.removeEventListener('abort', cancel)
      this.#isBusy = false
      this.#restLater()
    }
  }

  wake(): void {
    this.#resting?.resolve()
    this.#resting = null
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    clearTimeout(this.#restTimer)
    this.wake()
    void this.#child?.kill()
    await this.#keeping
  }

  /** Only the death of the process ends its work: a network in mid-run listens to nobody. */
  #stop(reason: StopReason): void {
    this.#stopReason ??= reason
    void this.#child?.kill()
  }

  #reasonOf(err: unknown, stopped: StopReason | null, signal: AbortSignal, timeoutMs: number): unknown {
    if (stopped === 'cancelled') return signal.reason
    if (stopped === 'timeout') return new AppError('DETECTION_TIMEOUT', { seconds: timeoutMs / 1000 })
    return this.#closing.signal.aborted ? new AppError('SHUTTING_DOWN') : err
  }

  #restLater(): void {
    clearTimeout(this.#restTimer)
    this.#restTimer = setTimeout(() => {
      if (!this.isIdle || !this.#options.mayRest()) return
      this.#resting = new Deferred()
      void this.#child?.kill()
    }, this.#options.restAfterMs)
  }

  async #keepAlive(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      this.#stopReason = null
      const child = new AnalysisChild(this.#options.settings)
      this.#child = child
      const reason = await this.#outlive(child)
      if (this.#closing.signal.aborted) return
      if (this.#resting !== null) await this.#resting.promise
      else if (this.#stopReason !== 'cancelled') await this.#backOff(child.pid, reason)
    }
  }

  /** Waits for the end of a process and says how it came. */
  async #outlive(child: AnalysisChild): Promise<string> {
    let isLate = false
    const limit = setTimeout(() => {
      isLate = true
      void child.kill()
    }, startLimitMs)
    try {
      const warmUpSeconds = await child.ready
      clearTimeout(limit)
      this.#isReady = true
      this.#firstLoad.resolve(warmUpSeconds)
      this.#restLater()
      this.#options.onReady()
      return await child.ended
    } catch (cause) {
      const err = isLate ? tooSlow(cause) : cause
      this.#firstLoad.reject(err)
      return err instanceof Error ? err.message : String(err)
    } finally {
      clearTimeout(limit)
      this.#isReady = false
      await child.kill()
    }
  }

  async #backOff(pid: number | undefined, reason: string): Promise<void> {
    const delayMs = backoffMs(++this.#failuresInARow)
    this.#options.onRestart({ pid, reason: this.#stopReason === 'timeout' ? `It hung. ${reason}` : reason, delayMs })
    await sleep(delayMs, undefined, { signal: this.#closing.signal }).catch(() => {})
  }
}

function tooSlow(cause: unknown): BilingualError {
  const seconds = startLimitMs / 1000
  return new BilingualError(
    { en: `The model did not load within ${seconds} s`, 'zh-CN': `模型在 ${seconds} 秒内没有加载完成` },
    { cause },
  )
}
