import type { Writable } from 'node:stream'
import { bytesField, numberField } from './nut-fields.ts'
import { FILE_ID, FLAGS, type NutPicture, type NutStream, START_CODES } from './nut-format.ts'

const VERSION = 3
const MAX_DISTANCE = 32_768
/** Times are written in full: what is smaller would be taken for their last bits. */
const PTS_SHIFT = 1
/** The one code of the table whose size begins at nothing. */
const FRAME_CODE = 0

/** Writes one stream of pictures as FFmpeg reads it. */
export class NutWriter {
  readonly #to: Writable

  constructor(to: Writable, stream: NutStream) {
    this.#to = to
    to.write(Buffer.concat([Buffer.from(`${FILE_ID}\0`), mainHeader(stream.ticksPerSecond), streamHeader(stream)]))
  }

  /** Resolves once the bytes have left this process, and `data` may be used again. @throws Error where nobody reads them any more */
  async write({ ticks, isKey, data }: NutPicture): Promise<void> {
    // Before each picture, as it is what times of damaged files are found by again, and FFmpeg insists on it.
    this.#to.write(syncpoint(ticks))
    this.#to.write(frameHeader(ticks, data.length, isKey))
    await new Promise<void>((resolve, reject) => this.#to.write(data, (err) => (err == null ? resolve() : reject(err))))
  }

  /** Also resolves where nobody has read it to the end: that is told by how the reader ended. */
  async end(): Promise<void> {
    await new Promise<void>((resolve) => this.#to.end(() => resolve()))
  }
}

function mainHeader(ticksPerSecond: number): Buffer {
  // One run of frame codes, all but that of start codes: every picture says all of itself.
  const codes = [FLAGS.coded, 6, 0, 1, 0, 0, 0, 255]
  const elisions = 0
  const fields = [VERSION, 1, MAX_DISTANCE, 1, 1, ticksPerSecond, ...codes, elisions]
  return header('main', Buffer.concat(fields.map(numberField)))
}

function streamHeader({ width, height, fourcc, extradata, ticksPerSecond }: NutStream): Buffer {
  const before = [numberField(0), numberField(0), bytesField(Buffer.from(fourcc, 'latin1'))]
  // Time base, shift, largest step in time without a checksum, none held back, no flags.
  const times = [0, PTS_SHIFT, ticksPerSecond, 0, 0].map(numberField)
  const size = [width, height, 1, 1, 0].map(numberField)
  return header('stream', Buffer.concat([...before, ...times, bytesField(extradata), ...size]))
}

function syncpoint(ticks: number): Buffer {
  return header('syncpoint', Buffer.concat([numberField(ticks), numberField(0)]))
}

function frameHeader(ticks: number, bytes: number, isKey: boolean): Buffer {
  const flags = FLAGS.codedPts | FLAGS.sizeMsb | FLAGS.checksum | (isKey ? FLAGS.key : 0)
  const fields = [flags, ticks + 2 ** PTS_SHIFT, bytes].map(numberField)
  return withChecksum(Buffer.concat([Buffer.from([FRAME_CODE]), ...fields]))
}

function header(kind: keyof typeof START_CODES, fields: Buffer): Buffer {
  const start = Buffer.from(START_CODES[kind], 'hex')
  return Buffer.concat([start, numberField(fields.length + 4), withChecksum(fields)])
}

function withChecksum(bytes: Buffer): Buffer {
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(bytes))
  return Buffer.concat([bytes, checksum])
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24
  for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value < 0 ? 0x04c11db7 : 0)
  return value
})

/** With the polynomial of zip, but most significant bit first, and begun with zero. */
function crc32(bytes: Buffer): number {
  let crc = 0
  for (const byte of bytes) crc = (crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ byte) & 255] as number)
  return crc >>> 0
}
