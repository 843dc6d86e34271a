import type { Readable } from 'node:stream'
import { ByteReader } from './byte-reader.ts'
import { HeaderFields } from './nut-fields.ts'
import {
  FILE_ID,
  FLAGS,
  MAX_ELIDED_BYTES,
  type NutPicture,
  type NutStream,
  START_CODE_BYTE,
  START_CODES,
} from './nut-format.ts'
import { type FrameCode, parseMainHeader, parseStreamHeader } from './nut-headers.ts'

/** Headers are some hundred bytes. */
const MAX_HEADER_BYTES = 1 << 20

/** Reads what FFmpeg has written of one stream of pictures. Its checksums are not looked at: there is only a pipe between. */
export class NutReader {
  readonly #bytes: ByteReader
  readonly #allocate: (bytes: number) => Buffer
  #codes: FrameCode[] = []
  #elisions: Buffer[] = []
  #stream: NutStream | null = null
  #ptsShift = 0
  #lastTicks = 0

  /** @param allocate makes the buffer of each picture; it throws where a picture cannot be so large. */
  constructor(stream: Readable, allocate: (bytes: number) => Buffer) {
    this.#bytes = new ByteReader(stream)
    this.#allocate = allocate
  }

  /** What the pictures are; null before the first of them. */
  get stream(): NutStream | null {
    return this.#stream
  }

  /** @throws UnexpectedEnd where the bytes end in the midst of a picture; Error where they are no NUT. */
  async *pictures(): AsyncGenerator<NutPicture> {
    const first = await this.#bytes.next()
    if (first === null) return
    const id = await this.#bytes.take(FILE_ID.length)
    if (String.fromCharCode(first) + id.toString('latin1') !== `${FILE_ID}\0`) throw new Error('This is no NUT')
    for (;;) {
      const code = await this.#bytes.next()
      if (code === null) return
      if (code === START_CODE_BYTE) await this.#readHeader()
      else yield await this.#readPicture(this.#codes[code])
    }
  }

  async #readHeader(): Promise<void> {
    const rest = await this.#bytes.take(7)
    const bytes = await this.#number()
    if (bytes > MAX_HEADER_BYTES) throw new Error(`A NUT header of ${bytes} bytes`)
    if (bytes > 4096) await this.#bytes.take(4)
    const fields = new HeaderFields(await this.#bytes.take(bytes))
    const startCode = START_CODE_BYTE.toString(16) + rest.toString('hex')
    if (startCode === START_CODES.main) {
      const { codes, elisions, ticksPerSecond } = parseMainHeader(fields)
      this.#codes = codes
      this.#elisions = elisions
      this.#stream = { width: 0, height: 0, fourcc: '', extradata: Buffer.alloc(0), ticksPerSecond }
    } else if (startCode === START_CODES.stream && this.#stream !== null) {
      const { ptsShift, ...stream } = parseStreamHeader(fields)
      this.#ptsShift = ptsShift
      this.#stream = { ...this.#stream, ...stream }
    } else if (startCode === START_CODES.syncpoint) this.#lastTicks = fields.number()
  }

  async #readPicture(code: FrameCode | undefined): Promise<NutPicture> {
    if (code === undefined || (code.flags & FLAGS.invalid) !== 0) throw new Error('A NUT frame without a code')
    const flags = (code.flags & FLAGS.coded) === 0 ? code.flags : code.flags ^ (await this.#number())
    const has = (flag: number) => (flags & flag) !== 0
    if (has(FLAGS.streamId)) await this.#number()
    const ticks = has(FLAGS.codedPts) ? this.#ticksOf(await this.#number()) : this.#lastTicks + code.ptsDelta
    const size = code.sizeLsb + (has(FLAGS.sizeMsb) ? code.sizeMul * (await this.#number()) : 0)
    if (has(FLAGS.matchTime)) await this.#number()
    const elision = has(FLAGS.headerIndex) ? await this.#number() : code.elision
    const reserved = has(FLAGS.reserved) ? await this.#number() : code.reserved
    for (let i = 0; i < reserved; i++) await this.#number()
    if (has(FLAGS.checksum)) await this.#bytes.take(4)
    this.#lastTicks = ticks
    return { ticks, isKey: has(FLAGS.key), data: await this.#data(size, elision) }
  }

  /** First bytes that many pictures have in common are left out of them. */
  async #data(size: number, elision: number): Promise<Buffer> {
    const left = (size > MAX_ELIDED_BYTES ? undefined : this.#elisions[elision]) ?? Buffer.alloc(0)
    const data = this.#allocate(size)
    left.copy(data)
    await this.#bytes.fill(data.subarray(left.length, size))
    return data
  }

  /** Small numbers are the last bits of a time near the one before. */
  #ticksOf(coded: number): number {
    const period = 2 ** this.#ptsShift
    if (coded >= period) return coded - period
    const from = this.#lastTicks - Math.floor((period - 1) / 2)
    return ((((coded - from) % period) + period) % period) + from
  }

  async #number(): Promise<number> {
    let value = 0
    for (;;) {
      const byte = await this.#bytes.byte()
      value = value * 128 + (byte & 127)
      if (byte < 128) return value
    }
  }
}
