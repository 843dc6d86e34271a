import { setTimeout as sleep } from 'node:timers/promises'
import type { CameraSign, CameraState } from '../contract/index.ts'
import type { CameraModel } from '../db/index.ts'
import { AppError } from '../errors.ts'
import type { EventLog } from '../events/event-log.ts'
import type { CameraStreams, StreamNews } from '../streams/camera-stream.ts'
import type { StreamSettings } from '../streams/messages.ts'
import type { CameraAddresses } from './camera-address.ts'
import { codeOf, isFinal } from './camera-errors.ts'
import { CameraHealth } from './camera-health.ts'
import type { CameraPeriods } from './camera-periods.ts'
import { type SignNews, signOf } from './camera-view.ts'
import type { Places } from './places.ts'
import { retryDelayMs } from './retry-delay.ts'
import { StreamTurn } from './stream-turn.ts'
import { turnSettingsOf } from './turn-settings.ts'

export interface CameraRunDeps {
  events: EventLog
  streams: CameraStreams
  addresses: CameraAddresses
  periods: CameraPeriods
  places: Places
  /** The model that new streams get. */
  detector: () => StreamSettings['detector']
  /** A live camera that sends nothing for so long is connected to anew. */
  silenceMs: number
  periodMs: number
  log: { info(details: object, message: string): void; error(details: object, message: string): void }
}

/** To connect, and to load the model. */
const CONNECT_MS = 20_000
/** A stream that lived so long has not failed at once: the next try comes soon. */
const PROVEN_MS = 30_000
const TELL_MS = 2000
/** Signs that are remembered for whoever comes later. */
const MAX_LATEST_SIGNS = 12

/** One registered camera: connects, and connects again when that ends, until it is stopped. */
export class CameraRun {
  readonly health = new CameraHealth()
  readonly #deps: CameraRunDeps
  #row: CameraModel
  #stopping = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #turn: StreamTurn | null = null
  #workDir: string | null = null
  /** Whatever is being written, one after the other. */
  #writing: Promise<unknown> = Promise.resolve()
  #latestSigns: CameraSign[] = []
  #failures = 0
  #toldMs = 0

  constructor(row: CameraModel, deps: CameraRunDeps) {
    this.#row = row
    this.#deps = deps
  }

  get row(): CameraModel {
    return this.#row
  }

  /** What it has seen of late, the newest first. */
  get latestSigns(): CameraSign[] {
    return this.#latestSigns
  }

  /** Where its process keeps what it has seen; null while there is none. */
  get workDir(): string | null {
    return this.#workDir
  }

  get pid(): number | undefined {
    return this.#turn?.pid
  }

  /** Takes what has changed and needs no new connection: its name, who may see it. */
  rename(row: CameraModel): void {
    this.#row = row
    this.#tell()
  }

  start(): void {
    this.#stopping = new AbortController()
    this.#failures = 0
    this.#running = this.#run(this.#stopping.signal)
  }

  /** Keeps what it has seen. Resolves when its process has gone. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
    this.#enter('disabled')
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const err = await this.#tryOnce(signal)
      if (signal.aborted) return
      if (err === null) continue
      this.health.fail(err)
      this.#deps.log.info({ camera_id: this.#row.id, code: codeOf(err), reason: err.message }, 'a camera has ended')
      if (isFinal(err)) return this.#enter('refused')
      const delayMs = retryDelayMs(++this.#failures)
      this.#enter('waiting', new Date(Date.now() + delayMs))
      await sleep(delayMs, undefined, { signal }).catch(() => {})
    }
  }

  /** @returns why it ended; null where it is to begin again at once. */
  async #tryOnce(signal: AbortSignal): Promise<Error | null> {
    const { places } = this.#deps
    if (places.isFull) {
      this.health.fail(new AppError('CAMERA_LIMIT', { limit: places.limit }))
      this.#enter('waiting')
    }
    let giveBack = () => {}
    try {
      giveBack = await places.take(signal)
      return await this.#watch(signal)
    } catch (err) {
      return err as Error
    } finally {
      giveBack()
    }
  }

  /** From connecting to the end of the stream, with everything that was seen written down. */
  async #watch(signal: AbortSignal): Promise<Error | null> {
    const { streams, periods, silenceMs } = this.#deps
    const settings = await turnSettingsOf(this.#row, this.#deps)
    this.#workDir = settings.workDir
    this.#enter('connecting')
    const startedMs = performance.now()
    const watch = new StreamTurn(streams, settings, { connectMs: CONNECT_MS, silenceMs }, (news) => this.#hear(news))
    this.#turn = watch
    try {
      const err = await watch.run(signal)
      if (performance.now() - startedMs > PROVEN_MS) this.#failures = 0
      return err
    } finally {
      this.#turn = null
      await this.#writing
      await periods.keepAll(this.#row, settings.workDir).catch(this.#onUnkept)
      this.#workDir = null
    }
  }

  #hear(news: StreamNews): void {
    if (news.kind === 'live') {
      this.health.goLive(news)
      this.#tell()
    } else if (news.kind === 'figures') {
      this.health.take(news.figures)
      if (performance.now() - this.#toldMs >= TELL_MS) this.#tell()
      this.#renewModel()
    } else if (news.kind === 'sign') {
      this.health.countSign()
      this.#write(() => this.#tellSign(news))
    } else {
      this.#write(() => this.#deps.periods.keep(this.#row, news.dir))
    }
  }

  /** After a switch of the model, the stream begins again with the new one. */
  #renewModel(): void {
    if (this.#turn?.isOf(this.#deps.detector()) === false) void this.#turn.finish(null)
  }

  #write(work: () => Promise<unknown>): void {
    this.#writing = this.#writing.then(work).catch(this.#onUnkept)
  }

  #onUnkept = (err: unknown): void => {
    const message =
      'what a camera has seen could not be kept; it is tried again when the stream ends, or the server starts'
    this.#deps.log.error({ err, camera_id: this.#row.id }, message)
  }

  async #tellSign(news: SignNews): Promise<void> {
    const data = signOf(this.#row, news)
    this.#latestSigns = [data, ...this.#latestSigns].slice(0, MAX_LATEST_SIGNS)
    const { audience: watchers } = this.#row
    await this.#deps.events.transact((_tx, emit) => emit({ type: 'camera_sign', watchers, data }))
  }

  #enter(state: CameraState, nextTryAt: Date | null = null): void {
    this.health.enter(state, nextTryAt)
    this.#tell()
  }

  #tell(): void {
    this.#toldMs = performance.now()
    const { id: key, audience: watchers } = this.#row
    const data = this.health.statusOf(this.#row)
    this.#deps.events.tell({ type: 'camera_state', userId: null, watchers, key, data })
  }
}
