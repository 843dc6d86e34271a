import type { RealtimeTerms, StoppedSession, Task, UserMessageResponse } from '../contract/index.ts'
import type { Clock } from './clock.ts'
import { HzError, noAnswerInTime } from './hz-error.ts'

/** `data` of the answer to each command. */
export interface CommandAnswers {
  /** `realtime` for a camera session. */
  start_detection: { task_id: string; realtime?: RealtimeTerms }
  cancel_detection: { task_id: string }
  get_status: { tasks: Task[] }
  stop_detection: StoppedSession
  resume_session: { task_id: string; realtime: RealtimeTerms }
  ping: { pong: true; server_time: string }
}

export interface CommandOptions {
  /** The same id within ten minutes gets the same answer and starts nothing twice: to ask again after CONNECTION_LOST. */
  requestId?: string
  /** 30 seconds unless told otherwise. */
  timeoutMs?: number
  signal?: AbortSignal
}

interface Pending {
  resolve: (data: object) => void
  reject: (reason: unknown) => void
}

interface WaitOptions {
  timeoutMs: number
  signal: AbortSignal | undefined
}

/** Commands that have no answer yet. */
export class PendingCommands {
  readonly #clock: Clock
  /** Several where the same is asked again before the answer: they share it. */
  readonly #pending = new Map<string, Set<Pending>>()
  #onIdle: Array<() => void> = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @returns the answer's data; rejects with what the server says against it, TIMEOUT, or the signal's reason */
  add(requestId: string, { timeoutMs, signal }: WaitOptions): Promise<object> {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#clock.clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
      }
      const pending: Pending = {
        resolve: (data) => {
          end()
          resolve(data)
        },
        reject: (reason) => {
          end()
          reject(reason)
        },
      }
      const giveUp = (reason: unknown) => {
        this.#forget(requestId, pending)
        pending.reject(reason)
      }
      const onAbort = () => giveUp(signal?.reason)
      const timer = this.#clock.setTimeout(() => giveUp(noAnswerInTime()), timeoutMs)
      signal?.addEventListener('abort', onAbort)
      this.#pending.set(requestId, new Set([...(this.#pending.get(requestId) ?? []), pending]))
    })
  }

  settle({ request_id, status, message, data }: UserMessageResponse): void {
    for (const pending of this.#take(request_id)) {
      if (status === 'success') pending.resolve(data)
      else pending.reject(refusal(message, data))
    }
  }

  rejectAll(reason: HzError): void {
    const all = [...this.#pending.keys()].flatMap((requestId) => this.#take(requestId))
    for (const pending of all) pending.reject(reason)
  }

  /** Resolves once no command waits, at the latest after `longestMs`. */
  async untilIdle(longestMs: number): Promise<void> {
    if (this.#pending.size === 0) return
    await new Promise<void>((resolve) => {
      const timer = this.#clock.setTimeout(resolve, longestMs)
      this.#onIdle.push(() => {
        this.#clock.clearTimeout(timer)
        resolve()
      })
    })
  }

  #take(requestId: string): Pending[] {
    const all = [...(this.#pending.get(requestId) ?? [])]
    for (const pending of all) this.#forget(requestId, pending)
    return all
  }

  #forget(requestId: string, pending: Pending): void {
    const others = this.#pending.get(requestId)
    others?.delete(pending)
    if (others?.size === 0) this.#pending.delete(requestId)
    if (this.#pending.size === 0) for (const told of this.#onIdle.splice(0)) told()
  }
}

/** The text is in the language of the socket alone. */
function refusal(text: string, data: object): HzError {
  const { error_code, errors, log_id, retry_after } = data as {
    error_code?: string
    errors?: HzError['fields']
    log_id?: string
    retry_after?: number
  }
  return new HzError({
    code: error_code ?? 'INTERNAL',
    zh: text,
    en: text,
    fields: errors ?? [],
    canRetry: error_code === 'INTERNAL',
    logId: log_id ?? null,
    retryAfterS: retry_after ?? null,
  })
}
