import type { Frame } from 'node-av/lib'
import type { Detection, DetectionMode } from '../contract/index.ts'
import type { RawPicture } from '../raw-picture.ts'
import type { DetectorThread } from './detector-thread.ts'
import { RgbConverter } from './rgb-converter.ts'

/** A picture with what the model finds in it. `picture` is only there until the buffers come round again. */
export interface Found {
  timeS: number
  picture: RawPicture
  detections: Detection[]
}

/** While one picture is looked at, the one before is settled; only then is the next one taken. */
const BUFFERS = 2

/** Hands pictures of a video to the model, without waiting for it. */
export class FrameLooker implements Disposable {
  readonly #size: { width: number; height: number }
  readonly #converter: RgbConverter
  readonly #detector: DetectorThread
  readonly #options: { mode: DetectionMode; confidenceThreshold: number }
  readonly #buffers: SharedArrayBuffer[]
  #next = 0

  private constructor(
    size: { width: number; height: number },
    converter: RgbConverter,
    detector: DetectorThread,
    options: { mode: DetectionMode; confidenceThreshold: number },
  ) {
    this.#size = size
    this.#converter = converter
    this.#detector = detector
    this.#options = options
    this.#buffers = Array.from({ length: BUFFERS }, () => new SharedArrayBuffer(size.width * size.height * 3))
  }

  /** @param size of every picture */
  static async open(
    { width, height }: { width: number; height: number },
    detector: DetectorThread,
    { mode, confidenceThreshold }: { mode: DetectionMode; confidenceThreshold: number },
  ): Promise<FrameLooker> {
    const converter = await RgbConverter.open(width, height)
    return new FrameLooker({ width, height }, converter, detector, { mode, confidenceThreshold })
  }

  /** Resolves once the picture may be freed, with the promise of what is found in it. */
  async look(frame: Frame, timeS: number): Promise<{ found: Promise<Found> }> {
    const pixels = this.#buffers[this.#next++ % BUFFERS] as SharedArrayBuffer
    const data = Buffer.from(pixels)
    await this.#converter.convert(frame, data)
    const detecting = this.#detector.detect({ pixels, ...this.#size, ...this.#options })
    // Whoever waits hears of a failure; until then nobody may be blamed for not having listened.
    detecting.catch(() => {})
    return { found: detecting.then((detections) => ({ timeS, picture: { data, ...this.#size }, detections })) }
  }

  [Symbol.dispose](): void {
    this.#converter[Symbol.dispose]()
  }
}
