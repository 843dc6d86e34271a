import type { Frame } from 'node-av/lib'
import type { VideoPicture } from '../video-engine.ts'
import type { RgbConverter } from './rgb-converter.ts'

/** A picture in FFmpeg's memory. */
export class AvPicture implements VideoPicture {
  readonly frame: Frame
  readonly #converter: RgbConverter

  /** @param converter is open as long as `toRgb` may be called. */
  constructor(frame: Frame, converter: RgbConverter) {
    this.frame = frame
    this.#converter = converter
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

  toRgb(target: Buffer): Promise<void> {
    return this.#converter.convert(this.frame, target)
  }

  free(): void {
    this.frame.free()
  }
}
