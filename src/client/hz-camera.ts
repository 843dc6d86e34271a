import type {
  DetectionComplete,
  DetectionError,
  DetectionProgress,
  RealtimeTerms,
  SocketError,
} from '../contract/index.ts'
import type { CameraEnd, CameraEvents, CameraState } from './camera-events.ts'
import type { Clock } from './clock.ts'
import { Emitter } from './emitter.ts'
import { FrameFlow, type FramePicture, type OutgoingFrame } from './frame-flow.ts'
import { bytesOf, type FrameMark, frameMessage } from './frame-message.ts'
import { HzError, notConnected } from './hz-error.ts'
import type { LiveSocket } from './live-socket.ts'

interface CameraOptions {
  socket: LiveSocket
  clock: Clock
  taskId: string
  terms: RealtimeTerms
}

const RETRIED = ['CONNECTION_LOST', 'NOT_CONNECTED', 'TIMEOUT']

/** One camera session. Sends the newest frame, tells the answers, and goes on over lost connections. */
export class HzCamera extends Emitter<CameraEvents> {
  readonly taskId: string
  /** What the server allows. */
  readonly terms: RealtimeTerms
  /** Resolves when the session has ended, however that came. */
  readonly ended: Promise<CameraEnd>
  readonly #socket: LiveSocket
  readonly #clock: Clock
  readonly #flow = new FrameFlow()
  #end!: (end: CameraEnd) => void
  #state: CameraState = 'live'
  #lastFrameId = -1
  #droppedByServer = 0
  #sending: Promise<void> = Promise.resolve()
  #awaitingTurn: Array<(isLive: boolean) => void> = []

  constructor({ socket, clock, taskId, terms }: CameraOptions) {
    super()
    this.taskId = taskId
    this.terms = terms
    this.#socket = socket
    this.#clock = clock
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    const unlisten = this.#listen()
    void this.ended.then(() => {
      for (const off of unlisten) off()
      this.#flow.clear()
      this.#setState('ended')
    })
  }

  get state(): CameraState {
    return this.#state
  }

  /** Whether a frame would go out at once: the moment to encode one. */
  get isReady(): boolean {
    return this.#state === 'live' && this.#flow.hasRoom
  }

  /** Frames that a newer one has replaced so far, here and in the server. */
  get droppedFrames(): number {
    return this.#flow.replaced + this.#droppedByServer
  }

  /** Resolves with true while, or once, a frame would go out at once; with false when the session has ended. */
  whenReady(): Promise<boolean> {
    if (this.isReady || this.#state === 'ended') return Promise.resolve(this.isReady)
    return new Promise((resolve) => this.#awaitingTurn.push(resolve))
  }

  /**
   * Sends a JPEG or WebP, or keeps it until it is its turn; a newer one takes its place.
   * @param mark numbers must grow, and fit in 32 bits; made here where they are left out, and so is the time.
   * @returns whether it goes out at once.
   */
  sendFrame(picture: FramePicture, mark: Partial<FrameMark> = {}): boolean {
    if (this.#state === 'ended') return false
    const frameId = mark.frameId ?? (this.#lastFrameId + 1) % 2 ** 32
    const capturedAt = mark.capturedAt ?? this.#clock.now()
    const goesOut = this.isReady
    this.#lastFrameId = frameId
    this.#flow.offer({ picture, frameId, capturedAt })
    this.#sendNext()
    return goesOut
  }

  /** Ends the session. @returns what its `detection_complete` says @throws HzError where it ended otherwise */
  async stop(): Promise<DetectionComplete> {
    await this.#command('stop_detection')
    const end = await this.ended
    if (end.kind === 'complete') return end.data
    throw end.kind === 'unknown' ? end.error : errorOf(end.data)
  }

  /** Ends the session, and nothing of it is kept. */
  async cancel(): Promise<void> {
    await this.#command('cancel_detection')
    await this.ended
  }

  /** Once it has ended, that is all that was wanted. */
  async #command(name: 'stop_detection' | 'cancel_detection'): Promise<void> {
    this.#flow.clear()
    while (this.#state !== 'ended') {
      if (this.#socket.state.kind === 'idle') throw notConnected()
      const failure = await Promise.race([this.ended.then(() => null), this.#ask(name)])
      if (failure === null) return
      if (!RETRIED.includes(failure.code) || this.#socket.state.kind === 'stopped') throw failure
    }
  }

  async #ask(name: 'stop_detection' | 'cancel_detection'): Promise<HzError | null> {
    try {
      await this.#socket.whenConnected()
      await this.#socket.command(name, { task_id: this.taskId })
      return null
    } catch (err) {
      if (!(err instanceof HzError)) throw err
      return err.code === 'TASK_FINISHED' ? null : err
    }
  }

  #listen(): Array<() => void> {
    const socket = this.#socket
    return [
      socket.on('detection_progress', ({ data }) => data.task_id === this.taskId && this.#hearProgress(data)),
      socket.on('error', ({ data }) => this.#hearRefusal(data)),
      socket.on('detection_complete', ({ data }) => {
        if (data.task_id === this.taskId) this.#end({ kind: 'complete', data })
      }),
      socket.on('detection_error', ({ data }) => {
        if (data.task_id === this.taskId) this.#end({ kind: 'error', data })
      }),
      socket.on('state', ({ kind }) => {
        if (kind === 'connected') void this.#resume()
        else this.#pause()
      }),
    ]
  }

  #hearProgress(message: DetectionProgress): void {
    const { frame_id: frameId, frame_width: width = 0, frame_height: height = 0 } = message
    this.#droppedByServer = message.dropped_frames ?? this.#droppedByServer
    const frame = frameId === undefined ? null : this.#flow.settle(frameId)
    if (frame === null) return
    this.emit('answer', {
      ...frame,
      latencyMs: this.#clock.now() - frame.capturedAt,
      width,
      height,
      detections: message.detections ?? [],
      newDetections: message.new_detections ?? [],
      droppedFrames: this.droppedFrames,
      fps: message.fps ?? 0,
      message,
    })
    this.#sendNext()
  }

  #hearRefusal({ error_type, message, details }: SocketError): void {
    const { task_id, frame_id: frameId = null } = details as { task_id?: string; frame_id?: number }
    if (task_id !== this.taskId) return
    if (frameId !== null) this.#flow.settle(frameId)
    this.emit('refused', { frameId, error: new HzError({ code: error_type, zh: message, en: message }) })
    this.#sendNext()
  }

  #pause(): void {
    this.#flow.forgetSent()
    if (this.#state === 'live') this.#setState('waiting')
  }

  async #resume(): Promise<void> {
    const { greeting } = this.#socket
    try {
      await this.#socket.command('resume_session', { task_id: this.taskId })
      if (this.#state === 'waiting') this.#setState('live')
    } catch (err) {
      const isLost = err instanceof HzError && RETRIED.includes(err.code)
      // What was missed has been told before the answer: it is not to be learnt any more.
      if (!isLost && err instanceof HzError) this.#end({ kind: 'unknown', error: err })
      else if (greeting === this.#socket.greeting && greeting !== null) this.#socket.connect()
    }
  }

  #sendNext(): void {
    const frame = this.#state === 'live' ? this.#flow.take() : null
    // In turn, as a Blob takes a moment to be read.
    if (frame !== null) this.#sending = this.#sending.then(() => this.#send(frame))
    this.#tellTurn()
  }

  async #send(frame: OutgoingFrame): Promise<void> {
    try {
      const picture = await bytesOf(frame.picture)
      if (this.#state === 'live') this.#socket.sendBytes(frameMessage(this.terms.session, frame, picture))
    } catch (cause) {
      this.#flow.settle(frame.frameId)
      const texts = { zh: '无法读取画面', en: 'The frame cannot be read' }
      this.emit('refused', {
        frameId: frame.frameId,
        error: new HzError({ code: 'FRAME_UNREADABLE', ...texts, cause }),
      })
      this.#sendNext()
    }
  }

  #tellTurn(): void {
    if (!this.isReady && this.#state !== 'ended') return
    for (const told of this.#awaitingTurn.splice(0)) told(this.isReady)
  }

  #setState(state: CameraState): void {
    this.#state = state
    this.emit('state', state)
    this.#sendNext()
  }
}

function errorOf({ error_code, error_message, error_message_en, retry_available }: DetectionError): HzError {
  return new HzError({ code: error_code, zh: error_message, en: error_message_en, canRetry: retry_available })
}
