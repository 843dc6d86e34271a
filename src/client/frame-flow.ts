import type { FrameMark } from './frame-message.ts'

export type FramePicture = Blob | Uint8Array | ArrayBuffer

export interface OutgoingFrame extends FrameMark {
  picture: FramePicture
}

/** While one is at work, the next is on its way: the server is never idle, and nothing gets old. */
const MAX_UNDER_WAY = 2

/** Which frames are under way, and the one that waits for its turn: the newest. */
export class FrameFlow {
  #underWay: FrameMark[] = []
  #waiting: OutgoingFrame | null = null
  /** Replaced here, before they were sent. */
  replaced = 0

  get hasRoom(): boolean {
    return this.#underWay.length < MAX_UNDER_WAY && this.#waiting === null
  }

  /** The newest is what counts. */
  offer(frame: OutgoingFrame): void {
    if (this.#waiting !== null) this.replaced++
    this.#waiting = frame
  }

  /** The frame that is to go out now; null: none. */
  take(): OutgoingFrame | null {
    const frame = this.#waiting
    if (frame === null || this.#underWay.length >= MAX_UNDER_WAY) return null
    this.#waiting = null
    this.#underWay.push({ frameId: frame.frameId, capturedAt: frame.capturedAt })
    return frame
  }

  /** An answer says of all frames before it that they are done with. @returns null for one that is not awaited */
  settle(frameId: number): FrameMark | null {
    const place = this.#underWay.findIndex((frame) => frame.frameId === frameId)
    if (place < 0) return null
    return this.#underWay.splice(0, place + 1).at(-1) ?? null
  }

  /** What was under way is lost with its connection. */
  forgetSent(): void {
    this.#underWay = []
  }

  clear(): void {
    this.#underWay = []
    this.#waiting = null
  }
}
