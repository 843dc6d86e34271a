import type { Detection, DetectionMode } from '../contract/index.ts'
import type { RawPicture } from '../raw-picture.ts'
import type { DetectorThread } from './detector-thread.ts'
import type { VideoPicture } from './video-engine.ts'

/** A picture with what the model finds in it. `picture` is only there until the buffers come round again. */
export interface Found {
  timeS: number
  picture: RawPicture
  detections: Detection[]
}

/** While one picture is looked at, the one before is settled; only then is the next one taken. */
const BUFFERS = 2

/** Hands pictures of a video to the model, without waiting for it. */
export class FrameLooker {
  readonly #detector: DetectorThread
  readonly #options: { mode: DetectionMode; confidenceThreshold: number }
  readonly #buffers: SharedArrayBuffer[]
  #next = 0

  constructor(detector: DetectorThread, options: { mode: DetectionMode; confidenceThreshold: number }, pixels: number) {
    this.#detector = detector
    this.#options = options
    this.#buffers = Array.from({ length: BUFFERS }, () => new SharedArrayBuffer(pixels * 3))
  }

  /** Resolves once the picture may be freed, with the promise of what is found in it. */
  async look(frame: VideoPicture, timeS: number): Promise<{ found: Promise<Found> }> {
    const { width, height } = frame
    const pixels = this.#buffers[this.#next++ % BUFFERS] as SharedArrayBuffer
    const data = Buffer.from(pixels, 0, width * height * 3)
    await frame.toRgb(data)
    const detecting = this.#detector.detect({ pixels, width, height, ...this.#options })
    const found = detecting.then((detections) => ({ timeS, picture: { data, width, height }, detections }))
    // Whoever waits hears of a failure; until then nobody may be blamed for not having listened.
    found.catch(() => {})
    return { found }
  }
}
