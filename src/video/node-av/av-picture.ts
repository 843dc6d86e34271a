import type { Scaler } from 'node-av/api'
import type { Frame } from 'node-av/lib'
import type { VideoPicture } from '../video-engine.ts'

/** A picture in FFmpeg's memory. */
export class AvPicture implements VideoPicture {
  readonly frame: Frame
  readonly #scaler: Scaler

  /** @param scaler is open as long as `toRgb` may be called. */
  constructor(frame: Frame, scaler: Scaler) {
    this.frame = frame
    this.#scaler = scaler
  }

  get width(): number {
    return this.frame.width
  }

  get height(): number {
    return this.frame.height
  }

  get planes(): [Buffer, Buffer, Buffer] {
    return this.frame.data as [Buffer, Buffer, Buffer]
  }

  get strides(): [number, number, number] {
    return this.frame.linesize as [number, number, number]
  }

  async toRgb(target: Buffer): Promise<void> {
    const rgb = await this.#scaler.toBuffer(this.frame, { format: 'rgb' })
    rgb.copy(target)
  }

  free(): void {
    this.frame.free()
  }
}
