import { pipeline, Readable } from 'node:stream'
import { crc32, createDeflateRaw } from 'node:zlib'

export type Content = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>

export interface EntryOptions {
  /** With `/` between folders; neither absolute nor leading out of where the archive is unpacked. */
  name: string
  modifiedAt: Date
  /** Pictures are compressed already. */
  deflate: boolean
}

/** What the directory at the archive's end says of an entry. */
interface Entry extends EntryOptions {
  offset: number
  crc: number
  /** Bytes before and after compression. */
  size: number
  packed: number
}

const LINES_TOGETHER = 1000
const MAX_16 = 0xffff
const MAX_32 = 0xffffffff
/** Of PKWARE's APPNOTE: what a reader must understand. */
const VERSION = 20
const VERSION_ZIP64 = 45
/** Names are UTF-8; the checksum and sizes come behind the content. */
const FLAGS = 0x0808
const STORED = 0
const DEFLATED = 8
/** Unix, so that the permissions count; a regular file that its owner may write and all may read. */
const MADE_BY = (3 << 8) | VERSION_ZIP64
const PERMISSIONS = 0o100644 * 0x10000

/**
 * A zip archive (PKWARE APPNOTE 6.3), written piece by piece as it is read. Of an entry that is written, only its line of
 * the directory is kept, some hundred bytes: archives of a hundred thousand pictures are made. What outgrows 32 bits is
 * said in Zip64's form.
 */
export class ZipWriter {
  #offset = 0
  #entries = 0
  readonly #directory: Buffer[] = []
  /** The newest lines of the directory, until they are put together: many small buffers take several times the memory. */
  #lines: Buffer[] = []

  /** One entry. The one before must have been read to its end. */
  async *add(options: EntryOptions, content: Content): AsyncGenerator<Uint8Array> {
    const entry: Entry = { ...options, offset: this.#offset, crc: 0, size: 0, packed: 0 }
    yield this.#counted(localHeader(entry))
    const raw = metered(content, entry)
    for await (const chunk of options.deflate ? deflated(raw) : raw) {
      entry.packed += chunk.length
      yield this.#counted(chunk)
    }
    yield this.#counted(descriptor(entry))
    this.#entries += 1
    if (this.#lines.push(directoryLine(entry)) === LINES_TOGETHER) this.#putTogether()
  }

  /** The directory, which ends the archive. */
  *end(): Generator<Uint8Array> {
    const start = this.#offset
    this.#putTogether()
    for (const lines of this.#directory) yield this.#counted(lines)
    yield endOfDirectory({ entries: this.#entries, start, size: this.#offset - start })
  }

  #putTogether(): void {
    this.#directory.push(Buffer.concat(this.#lines))
    this.#lines = []
  }

  #counted(chunk: Uint8Array): Uint8Array {
    this.#offset += chunk.length
    return chunk
  }
}

async function* metered(content: Content, entry: Entry): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece
    entry.crc = crc32(chunk, entry.crc)
    entry.size += chunk.length
    yield chunk
  }
}

function deflated(content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  // An error of the content destroys the compressor with it, and so reaches whoever reads.
  return pipeline(Readable.from(content), createDeflateRaw(), () => {})
}

function localHeader({ name, modifiedAt, deflate }: Entry): Buffer {
  const path = Buffer.from(name)
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(VERSION, 4)
  header.writeUInt16LE(FLAGS, 6)
  header.writeUInt16LE(deflate ? DEFLATED : STORED, 8)
  header.writeUInt32LE(dosTime(modifiedAt), 10)
  header.writeUInt16LE(path.length, 26)
  return Buffer.concat([header, path])
}

function descriptor(entry: Entry): Buffer {
  const { crc, size, packed } = entry
  if (!isLarge(entry)) return words(0x08074b50, crc, packed, size)
  return Buffer.concat([words(0x08074b50, crc), longs(packed, size)])
}

function directoryLine(entry: Entry): Buffer {
  const { name, modifiedAt, deflate, crc, size, packed, offset } = entry
  const path = Buffer.from(name)
  const zip64 = isLarge(entry) || offset >= MAX_32
  const extra = zip64 ? Buffer.concat([shorts(0x0001, 24), longs(size, packed, offset)]) : Buffer.alloc(0)
  const line = Buffer.alloc(46)
  line.writeUInt32LE(0x02014b50, 0)
  line.writeUInt16LE(MADE_BY, 4)
  line.writeUInt16LE(zip64 ? VERSION_ZIP64 : VERSION, 6)
  line.writeUInt16LE(FLAGS, 8)
  line.writeUInt16LE(deflate ? DEFLATED : STORED, 10)
  line.writeUInt32LE(dosTime(modifiedAt), 12)
  line.writeUInt32LE(crc, 16)
  line.writeUInt32LE(zip64 ? MAX_32 : packed, 20)
  line.writeUInt32LE(zip64 ? MAX_32 : size, 24)
  line.writeUInt16LE(path.length, 28)
  line.writeUInt16LE(extra.length, 30)
  line.writeUInt32LE(PERMISSIONS, 38)
  line.writeUInt32LE(zip64 ? MAX_32 : offset, 42)
  return Buffer.concat([line, path, extra])
}

function endOfDirectory({ entries, start, size }: { entries: number; start: number; size: number }): Buffer {
  const zip64 = entries >= MAX_16 || start >= MAX_32 || size >= MAX_32
  const count = zip64 ? MAX_16 : entries
  const end = Buffer.concat([
    words(0x06054b50),
    shorts(0, 0, count, count),
    words(zip64 ? MAX_32 : size, zip64 ? MAX_32 : start),
    shorts(0),
  ])
  if (!zip64) return end
  const record = [words(0x06064b50), longs(44), shorts(MADE_BY, VERSION_ZIP64), words(0, 0)]
  const locator = [words(0x07064b50, 0), longs(start + size), words(1)]
  return Buffer.concat([...record, longs(entries, entries, size, start), ...locator, end])
}

function isLarge({ size, packed }: Entry): boolean {
  return size >= MAX_32 || packed >= MAX_32
}

/** Local time in steps of two seconds, from 1980 on. */
function dosTime(time: Date): number {
  const date = ((Math.max(time.getFullYear(), 1980) - 1980) << 9) | ((time.getMonth() + 1) << 5) | time.getDate()
  return date * 0x10000 + ((time.getHours() << 11) | (time.getMinutes() << 5) | (time.getSeconds() >> 1))
}

function shorts(...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 2)
  for (const [i, value] of values.entries()) buffer.writeUInt16LE(value, i * 2)
  return buffer
}

function words(...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4)
  for (const [i, value] of values.entries()) buffer.writeUInt32LE(value, i * 4)
  return buffer
}

function longs(...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 8)
  for (const [i, value] of values.entries()) buffer.writeBigUInt64LE(BigInt(value), i * 8)
  return buffer
}
