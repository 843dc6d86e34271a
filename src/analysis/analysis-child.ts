import type { ChildProcess } from 'node:child_process'
import { AppError, BilingualError } from '../errors.ts'
import { forkProcess } from '../fork-process.ts'
import type { OnStep } from './analyzer.ts'
import { Deferred } from './deferred.ts'
import type { JobMessage, ProcessMessage, ProcessSettings, Results, Verdict, Work } from './messages.ts'

const keptStderrChars = 2000

/** What runs at the moment in a child. */
interface Running {
  id: number
  onStep: OnStep
  settle: (verdict: Verdict) => void
}

/** One forked process, from its start to its end; never restarted. Whatever it was waited for settles when it ends. */
export class AnalysisChild {
  readonly #process: ChildProcess
  readonly #ready = new Deferred<number>()
  readonly #ended = new Deferred<string>()
  #running: Running | null = null
  #lastId = 0
  #hasEnded = false
  #isKilled = false
  #stderr = ''

  constructor(settings: ProcessSettings) {
    this.#process = forkProcess(new URL('./analysis-process.js', import.meta.url), { argument: settings })
    this.#ready.promise.catch(() => {}) // Heard by whoever asks.
    this.#process.on('message', (message: ProcessMessage) => this.#receive(message))
    this.#process.on('close', (code, signal) => this.#end(`exited with ${signal ?? `code ${code}`}`))
    this.#process.on('error', (err) => (this.#process.pid === undefined ? this.#end(err.message) : this.kill()))
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-keptStderrChars)
    })
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /**
   * Resolves, with the seconds that it took, once the model is loaded and warm.
   * @throws Error with the reason; BilingualError where the model is to blame.
   */
  get ready(): Promise<number> {
    return this.#ready.promise
  }

  /** Resolves, with a sentence on how, once the process is gone. */
  get ended(): Promise<string> {
    return this.#ended.promise
  }

  /** False once it has ended or is about to. */
  get isUsable(): boolean {
    return !this.#hasEnded && !this.#isKilled
  }

  /** One job at a time. @throws AppError as Analyzer.analyze does; MODEL_ERROR when the process ends before the job. */
  async run(work: Work, onStep: OnStep): Promise<Results[Work['kind']]> {
    const verdict = new Deferred<Verdict>()
    const id = ++this.#lastId
    this.#running = { id, onStep, settle: verdict.resolve }
    if (this.#hasEnded) this.#settle({ kind: 'failed', message: 'The analysis process has ended' })
    else this.#process.send({ id, work } satisfies JobMessage, (err) => err && this.kill())
    return resultOf(await verdict.promise)
  }

  /** At once, whatever it does; frees what it held within some 20 ms. Safe to call often. */
  async kill(): Promise<void> {
    this.#isKilled = true
    if (!this.#hasEnded) this.#process.kill('SIGKILL')
    await this.#ended.promise
  }

  #receive(message: ProcessMessage): void {
    if (message.kind === 'ready') this.#ready.resolve(message.warmUpSeconds)
    else if (message.kind === 'unready') this.#ready.reject(new BilingualError(message.reason))
    else if (message.id !== this.#running?.id) return
    else if (message.kind === 'verdict') this.#settle(message.verdict)
    else this.#running.onStep(message.step, message.fraction)
  }

  #settle(verdict: Verdict): void {
    const running = this.#running
    this.#running = null
    running?.settle(verdict)
  }

  #end(how: string): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    const message = `The analysis process ${this.pid} ${how}. ${this.#stderr}`.trim()
    this.#ready.reject(new Error(message))
    this.#settle({ kind: 'failed', message })
    this.#ended.resolve(message)
  }
}

function resultOf(verdict: Verdict): Results[Work['kind']] {
  if (verdict.kind === 'done') return verdict.result
  if (verdict.kind === 'refused') throw new AppError(verdict.code, verdict.details)
  throw new AppError('MODEL_ERROR', {}, { cause: new Error(verdict.message) })
}
