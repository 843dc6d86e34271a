import type { CameraProblem, CameraState, CameraStatus } from '../contract/index.ts'
import { AppError } from '../errors.ts'
import type { StreamFigures } from '../streams/messages.ts'

/** How one camera does: what is told of it, and nothing else. */
export class CameraHealth {
  state: CameraState = 'disabled'
  #since = new Date()
  #nextTryAt: Date | null = null
  #lastFrameAt: Date | null = null
  #size: { width: number; height: number } | null = null
  #figures: StreamFigures | null = null
  /** Dropped by processes that have gone. */
  #droppedBefore = 0
  #signs = 0
  #lastError: CameraProblem | null = null

  enter(state: CameraState, nextTryAt: Date | null = null): void {
    if (state !== this.state) this.#since = new Date()
    this.state = state
    this.#nextTryAt = nextTryAt
    if (state !== 'live') this.#leaveStream()
  }

  goLive(size: { width: number; height: number }): void {
    this.enter('live')
    this.#size = size
  }

  /** @returns whether a picture has come since the last time. */
  take(figures: StreamFigures): boolean {
    const hasPictures = figures.frames > (this.#figures?.frames ?? 0)
    if (hasPictures) this.#lastFrameAt = new Date()
    this.#figures = figures
    return hasPictures
  }

  countSign(): void {
    this.#signs++
  }

  fail(err: Error): void {
    const known = err instanceof AppError ? err : new AppError('CAMERA_PROCESS_DIED', {}, { cause: err })
    const { code } = known
    const texts = { message: known.messageIn('en'), message_zh: known.messageIn('zh-CN') }
    this.#lastError = { code, ...texts, at: new Date().toISOString() }
  }

  get framesDropped(): number {
    return this.#droppedBefore + (this.#figures?.dropped ?? 0)
  }

  get signs(): number {
    return this.#signs
  }

  statusOf({ id, name }: { id: string; name: string }): CameraStatus {
    return {
      camera_id: id,
      name,
      state: this.state,
      since: this.#since.toISOString(),
      next_try_at: this.#nextTryAt?.toISOString() ?? null,
      last_frame_at: this.#lastFrameAt?.toISOString() ?? null,
      width: this.#size?.width ?? null,
      height: this.#size?.height ?? null,
      fps: this.#figures?.fps ?? 0,
      frames_dropped: this.framesDropped,
      latency: this.#figures?.latencyS ?? null,
      signs: this.#signs,
      last_error: this.#lastError,
    }
  }

  #leaveStream(): void {
    this.#droppedBefore = this.framesDropped
    this.#figures = null
  }
}
