import { type CameraEnd, type FrameAnswer, type HzCamera, type HzClient, HzError } from '../../../client/index.ts'
import type { Detection, DetectionMode } from '../../../contract/index.ts'
import { type FrameSender, sendFrames } from './send-frames.ts'

export interface LiveOptions {
  mode: DetectionMode
  /** 0 to 1. */
  confidenceThreshold: number
}

export type LivePhase =
  | { kind: 'idle' }
  | { kind: 'starting' }
  /** `isWaiting`: the connection is lost, and the session goes on with the next one. */
  | { kind: 'live'; sinceMs: number; isWaiting: boolean }
  | { kind: 'stopping' }
  | { kind: 'ended'; recordId: number; signs: number }
  | { kind: 'failed'; error: unknown }

export interface LiveState {
  phase: LivePhase
  /** What was said of the last frames, oldest first. */
  answers: readonly FrameAnswer[]
  /** Median of the last answers, from the camera's picture to the answer. */
  latencyMs: number | null
  fps: number
  /** Pictures of the camera that were not looked at. */
  dropped: number
  /** Each sign once, as they were found. */
  signs: readonly Detection[]
}

/** The longer side of what is sent: as much as each mode looks at, and as lines carry. */
const LONGEST_PX = { fast: 680, balanced: 1280, accurate: 1280, max: 1280 }
const CONNECT_MS = 10_000
const LATENCIES = 15
/** So many frames tell how fast signs move. */
const ANSWERS = 5

const nothing: LiveState = { phase: { kind: 'idle' }, answers: [], latencyMs: null, fps: 0, dropped: 0, signs: [] }

/** One live detection after the other: what the server is shown, and what it says. */
export class LiveSession {
  readonly #client: HzClient
  readonly #listeners = new Set<() => void>()
  #state = nothing
  #camera: HzCamera | null = null
  #frames: FrameSender | null = null
  #latencies: number[] = []
  #isLeft = false

  constructor(client: HzClient) {
    this.#client = client
  }

  get state(): LiveState {
    return this.#state
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** @param video shows the camera */
  async start(video: HTMLVideoElement, { mode, confidenceThreshold }: LiveOptions): Promise<void> {
    this.#isLeft = false
    this.#latencies = []
    this.#set({ ...nothing, phase: { kind: 'starting' } })
    try {
      await this.#client.socket.whenConnected(AbortSignal.timeout(CONNECT_MS))
      const camera = await this.#client.startRealtime({ mode, confidence_threshold: confidenceThreshold })
      this.#begin(camera, sendFrames(video, camera, LONGEST_PX[mode]))
    } catch (error) {
      this.#set({ phase: { kind: 'failed', error: timedOut(error) ?? error } })
    }
    // The page was left while the server was asked.
    if (this.#isLeft) await this.stop()
  }

  /** Ends with a record of what was seen. */
  async stop(): Promise<void> {
    this.#isLeft = true
    const camera = this.#camera
    if (camera === null) return
    this.#frames?.stop()
    this.#set({ phase: { kind: 'stopping' } })
    await camera.stop().catch((error: unknown) => {
      if (this.#camera === camera) this.#fail(error)
    })
  }

  #begin(camera: HzCamera, frames: FrameSender): void {
    this.#camera = camera
    this.#frames = frames
    const sinceMs = Date.now()
    this.#set({ phase: { kind: 'live', sinceMs, isWaiting: false } })
    camera.on('answer', (answer) => this.#hear(answer))
    camera.on('state', (state) => {
      if (state !== 'ended' && this.#state.phase.kind === 'live') {
        this.#set({ phase: { kind: 'live', sinceMs, isWaiting: state === 'waiting' } })
      }
    })
    void camera.ended.then((end) => this.#end(camera, end))
  }

  #hear(answer: FrameAnswer): void {
    this.#latencies = [...this.#latencies, answer.latencyMs].slice(-LATENCIES)
    const sorted = this.#latencies.toSorted((a, b) => a - b)
    const { signs } = this.#state
    this.#set({
      answers: [...this.#state.answers, answer].slice(-ANSWERS),
      latencyMs: sorted[sorted.length >> 1] ?? null,
      fps: answer.fps,
      dropped: answer.droppedFrames + (this.#frames?.skipped ?? 0),
      signs: answer.newDetections.length === 0 ? signs : [...signs, ...answer.newDetections],
    })
  }

  #end(camera: HzCamera, end: CameraEnd): void {
    if (this.#camera !== camera) return
    if (end.kind === 'complete') {
      const { record_id: recordId, results } = end.data
      this.#forget({ kind: 'ended', recordId, signs: results.total_detections })
    } else if (end.kind === 'unknown') this.#fail(end.error)
    else {
      const { error_code: code, error_message: zh, error_message_en: en } = end.data
      this.#fail(new HzError({ code, zh, en }))
    }
  }

  #fail(error: unknown): void {
    this.#forget({ kind: 'failed', error })
  }

  #forget(phase: LivePhase): void {
    this.#frames?.stop()
    this.#camera = null
    this.#frames = null
    this.#set({ phase, answers: [] })
  }

  #set(change: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...change }
    for (const tell of this.#listeners) tell()
  }
}

function timedOut(error: unknown): HzError | null {
  const isTimeout = error instanceof DOMException && error.name === 'TimeoutError'
  return isTimeout
    ? new HzError({ code: 'NOT_CONNECTED', zh: '没有连接到服务器', en: 'There is no connection to the server' })
    : null
}
