import type { Frame, SoftwareScaleContext } from 'node-av/lib'
import { loadAv } from './load-av.ts'

/** Turns pictures of one size into RGB, in the same memory again and again: a video has a hundred thousand of them. */
export class RgbConverter implements Disposable {
  readonly #scaler: SoftwareScaleContext
  readonly #rgb: Frame

  private constructor(scaler: SoftwareScaleContext, rgb: Frame) {
    this.#scaler = scaler
    this.#rgb = rgb
  }

  static async open(width: number, height: number): Promise<RgbConverter> {
    const { constants } = await loadAv()
    const { Frame, SoftwareScaleContext } = await import('node-av/lib')
    // Not initialized for one format, so that it heeds what each picture says of its colours.
    const scaler = new SoftwareScaleContext()
    scaler.allocContext()
    const rgb = new Frame()
    rgb.alloc()
    Object.assign(rgb, { width, height, format: constants.AV_PIX_FMT_RGB24 })
    if (rgb.getBuffer() < 0) throw new Error(`There is no memory for a picture of ${width}×${height}`)
    return new RgbConverter(scaler, rgb)
  }

  /** @param target gets the rows of pixels, one behind the other. */
  async convert(frame: Frame, target: Buffer): Promise<void> {
    const result = await this.#scaler.scaleFrame(this.#rgb, frame)
    if (result < 0) throw new Error(`A picture cannot be converted to RGB: FFmpeg says ${result}`)
    const [pixels] = this.#rgb.data as [Buffer]
    const stride = this.#rgb.linesize[0] as number
    const rowBytes = this.#rgb.width * 3
    if (stride === rowBytes) pixels.copy(target, 0, 0, rowBytes * this.#rgb.height)
    else for (let y = 0; y < this.#rgb.height; y++) pixels.copy(target, y * rowBytes, y * stride, y * stride + rowBytes)
  }

  [Symbol.dispose](): void {
    this.#scaler.freeContext()
    this.#rgb.free()
  }
}
