import { crc32, inflateRawSync } from 'node:zlib'

/** RFC 4180, read by its grammar. */
export function readCsv(text: string): Array<Record<string, string>> {
  const rows: string[][] = [[]]
  let rest = text.replace(/^\uFEFF/, '')
  while (rest !== '') {
    const match = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest)
    if (match === null) throw new Error(`not CSV: ${rest.slice(0, 40)}`)
    const [whole, quoted, plain = '', end] = match
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (end === '\r\n') rows.push([])
    rest = rest.slice(whole.length)
  }
  const [header = [], ...lines] = rows.slice(0, -1)
  return lines.map((cells) => {
    if (cells.length !== header.length) throw new Error(`${cells.length} cells of ${header.length}`)
    return Object.fromEntries(header.map((name, i) => [name, cells[i] as string]))
  })
}

export interface ZipEntry {
  name: string
  isDeflated: boolean
  bytes: Buffer
}

/** By its directory, with Zip64; every checksum, size and local header is looked at. */
export function readZip(zip: Buffer): ZipEntry[] {
  const { count, start } = endOf(zip)
  const entries: ZipEntry[] = []
  let at = start
  for (let i = 0; i < count; i++) {
    if (zip.readUInt32LE(at) !== 0x02014b50) throw new Error(`no directory line ${i} at ${at}`)
    const [nameLength, extraLength] = [zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30)]
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength)
    const offset = zip.readUInt32LE(at + 42)
    const [packed, size] = [zip.readUInt32LE(at + 20), zip.readUInt32LE(at + 24)]
    if (zip.readUInt32LE(offset) !== 0x04034b50) throw new Error(`${name} is not at ${offset}`)
    const localName = zip.toString('utf8', offset + 30, offset + 30 + zip.readUInt16LE(offset + 26))
    if (localName !== name) throw new Error(`${name} calls itself ${localName}`)
    const from = offset + 30 + zip.readUInt16LE(offset + 26) + zip.readUInt16LE(offset + 28)
    const raw = zip.subarray(from, from + packed)
    const isDeflated = zip.readUInt16LE(at + 10) === 8
    const bytes = isDeflated ? inflateRawSync(raw) : raw
    if (bytes.length !== size || crc32(bytes) !== zip.readUInt32LE(at + 16)) throw new Error(`${name} is damaged`)
    entries.push({ name, isDeflated, bytes })
    at += 46 + nameLength + extraLength
  }
  return entries
}

function endOf(zip: Buffer): { count: number; start: number } {
  const at = zip.length - 22
  if (zip.readUInt32LE(at) !== 0x06054b50) throw new Error('the archive has no end')
  const count = zip.readUInt16LE(at + 10)
  if (count < 0xffff) return { count, start: zip.readUInt32LE(at + 16) }
  const record = Number(zip.readBigUInt64LE(at - 20 + 8))
  if (zip.readUInt32LE(at - 20) !== 0x07064b50 || zip.readUInt32LE(record) !== 0x06064b50) throw new Error('no Zip64')
  return { count: Number(zip.readBigUInt64LE(record + 32)), start: Number(zip.readBigUInt64LE(record + 48)) }
}
