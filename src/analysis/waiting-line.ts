import type { OnStep } from './analyzer.ts'
import type { Deferred } from './deferred.ts'
import type { Work } from './messages.ts'

/** Somebody who waits for a process. */
export interface Waiting {
  /** Asked once a process is free. */
  work: () => Work
  /** Of a live camera, where what is late is worth nothing. */
  isLive: boolean
  /** Ends the wait. */
  signal: AbortSignal
  onStep: OnStep
  result: Deferred<unknown>
  /** What `signal` calls. */
  leave: () => void
}

/** So many frames may go before a picture that waits: with this, live sessions stay live and pictures still get on. */
const FRAMES_BEFORE_A_PICTURE = 3

/** Who waits for a process: frames of live cameras go first, but not for ever. */
export class WaitingLine {
  #frames: Waiting[] = []
  #pictures: Waiting[] = []
  #framesInARow = 0

  get isEmpty(): boolean {
    return this.#frames.length === 0 && this.#pictures.length === 0
  }

  add(waiting: Waiting): void {
    if (waiting.isLive) this.#frames.push(waiting)
    else this.#pictures.push(waiting)
  }

  remove(waiting: Waiting): void {
    this.#frames = this.#frames.filter((other) => other !== waiting)
    this.#pictures = this.#pictures.filter((other) => other !== waiting)
  }

  takeNext(): Waiting | undefined {
    const isPicturesTurn = this.#framesInARow >= FRAMES_BEFORE_A_PICTURE && this.#pictures.length > 0
    const frame = isPicturesTurn ? undefined : this.#frames.shift()
    this.#framesInARow = frame === undefined ? 0 : this.#framesInARow + 1
    return frame ?? this.#pictures.shift()
  }

  takeAll(): Waiting[] {
    const all = [...this.#frames, ...this.#pictures]
    this.#frames = []
    this.#pictures = []
    return all
  }
}
