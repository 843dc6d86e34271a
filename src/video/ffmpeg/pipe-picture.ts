import type { VideoPicture } from '../video-engine.ts'
import { yuvToRgb } from './yuv-to-rgb.ts'

/** Pictures of one size, in buffers that are used again: a garbage collector would hold hundreds of them. */
export class PicturePool {
  readonly #size: { width: number; height: number }
  readonly #free: Buffer[] = []

  constructor(size: { width: number; height: number }) {
    this.#size = size
  }

  /** Of a whole picture: three planes without gaps. */
  get bytes(): number {
    const { luma, chroma } = planeBytes(this.#size)
    return luma + 2 * chroma
  }

  allocate(bytes: number): Buffer {
    if (bytes !== this.bytes) throw new Error(`A picture of ${bytes} bytes, not ${this.bytes}`)
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(bytes)
  }

  /** @param data from `allocate`; it goes back there. */
  pictureIn(data: Buffer): PipePicture {
    return new PipePicture(this.#size, data, () => this.#free.push(data))
  }
}

/** A picture as it comes through a pipe, and goes. */
export class PipePicture implements VideoPicture {
  readonly width: number
  readonly height: number
  readonly data: Buffer
  readonly #release: () => void
  #isFreed = false

  constructor({ width, height }: { width: number; height: number }, data: Buffer, release: () => void) {
    this.width = width
    this.height = height
    this.data = data
    this.#release = release
  }

  get planes(): [Buffer, Buffer, Buffer] {
    const { luma, chroma } = planeBytes(this)
    const { data } = this
    return [data.subarray(0, luma), data.subarray(luma, luma + chroma), data.subarray(luma + chroma)]
  }

  get strides(): [number, number, number] {
    const half = (this.width + 1) >> 1
    return [this.width, half, half]
  }

  async toRgb(target: Buffer): Promise<void> {
    yuvToRgb(this, target)
  }

  /** Once is enough: a buffer that came back twice would hold two pictures. */
  free(): void {
    if (!this.#isFreed) this.#release()
    this.#isFreed = true
  }
}

function planeBytes({ width, height }: { width: number; height: number }) {
  return { luma: width * height, chroma: ((width + 1) >> 1) * ((height + 1) >> 1) }
}
