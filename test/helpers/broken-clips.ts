import { loadAv } from '../../src/video/node-av/load-av.ts'

/** The same file with one word of its header changed, wherever it stands. */
export function patched(file: Buffer, from: string, to: string): Buffer {
  const copy = Buffer.from(file)
  for (let at = copy.indexOf(from); at >= 0; at = copy.indexOf(from, at + 1)) copy.write(to, at, 'latin1')
  return copy
}

/** The same mp4 with sample tables that hold nothing. */
export function withoutSamples(file: Buffer): Buffer {
  const copy = Buffer.from(file)
  // Version and flags are before the number of entries; `stsz` has the size of all samples between.
  for (const [box, skip] of [
    ['stsz', 8],
    ['stts', 4],
    ['stsc', 4],
    ['stco', 4],
  ] as const) {
    copy.writeUInt32BE(0, copy.indexOf(box) + 4 + skip)
  }
  return copy
}

/** The same H.264 in an mp4, whose headers say that its pictures are squares of so many pixels. */
export function withSide(file: Buffer, side: number): Buffer {
  const copy = Buffer.from(file)
  // Reserved, the reference, and what QuickTime has there are before the size.
  const size = copy.indexOf('avc1', copy.indexOf('stsd')) + 4 + 24
  for (const at of [size, size + 2]) copy.writeUInt16BE(side, at)
  // FFmpeg believes the codec rather than the container. Version, profile, level and numbers are before the parameters.
  const parameters = copy.indexOf('avcC') + 4 + 6
  copy.fill(0, parameters + 2, parameters + 2 + copy.readUInt16BE(parameters))
  squareParameters(side / 16).copy(copy, parameters + 2)
  return copy
}

/** A sequence parameter set of H.264 (ITU-T H.264, 7.3.2.1.1), baseline profile, for squares of so many macroblocks a side. */
function squareParameters(macroblocks: number): Buffer {
  const number = (value: number) => (value + 1).toString(2).padStart(2 * (value + 1).toString(2).length - 1, '0')
  const side = number(macroblocks - 1)
  // Id, bits of numbers, order as decoded, one reference, no gaps; whole frames, no cropping, nothing more.
  const bits = `${number(0)}${number(0)}${number(2)}${number(1)}0${side}${side}11001`
  const bytes = (bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2))
  return Buffer.from([0x67, 66, 0xc0, 62, ...bytes])
}

/** Writes the first track of a clip so many times into one file. */
export async function multiply(clip: string, path: string, tracks: number): Promise<string> {
  const { Demuxer, Muxer } = await loadAv()
  await using demuxer = await Demuxer.open(clip)
  await using muxer = await Muxer.open(path, { useSyncQueue: false })
  const source = demuxer.video()
  if (source === undefined) throw new Error(`${clip} has no pictures`)
  const copies = Array.from({ length: tracks }, () => muxer.addStream(source))
  for await (const packet of demuxer.packets(source.index)) {
    for (const copy of copies) await muxer.writePacket(packet, copy)
    packet?.free()
  }
  return path
}
