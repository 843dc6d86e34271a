import { open } from 'node:fs/promises'

/** A kind of video file that is read, told from its bytes. */
export interface VideoType {
  mediaType: string
  /** With its dot, as a stored file is named. */
  extension: string
  /** FFmpeg's name of the one demuxer that may open it: a playlist in disguise is then no video. */
  demuxer: string
}

/** Enough bytes from the start of a file for `videoTypeOf`. */
const signatureBytes = 400

const TS_PACKET = 188
const TS_SYNC = 0x47

/** The type that the first bytes of a file declare; null where it is no video that we read. */
export async function readVideoType(path: string): Promise<VideoType | null> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(signatureBytes), 0, signatureBytes, 0)
    return videoTypeOf(buffer.subarray(0, bytesRead))
  } finally {
    await file.close()
  }
}

/** The type that the first bytes of a file declare; null for anything that is not a video we read. A name is never asked. */
export function videoTypeOf(start: Buffer): VideoType | null {
  const text = (from: number, to: number) => start.toString('latin1', from, to)
  if (text(0, 4) === '\x1aE\xdf\xa3') return ofMatroska(start)
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'AVI ') {
    return { mediaType: 'video/x-msvideo', extension: '.avi', demuxer: 'avi' }
  }
  if (['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip'].includes(text(4, 8))) return ofIsoMedia(start)
  if (start[0] === TS_SYNC && start[TS_PACKET] === TS_SYNC && start[2 * TS_PACKET] === TS_SYNC) {
    return { mediaType: 'video/mp2t', extension: '.ts', demuxer: 'mpegts' }
  }
  return null
}

/** WebM is Matroska that says so in its first element. */
function ofMatroska(start: Buffer): VideoType {
  const isWebm = start.subarray(0, 64).includes('webm')
  return isWebm
    ? { mediaType: 'video/webm', extension: '.webm', demuxer: 'matroska' }
    : { mediaType: 'video/x-matroska', extension: '.mkv', demuxer: 'matroska' }
}

/** `ftyp` names a brand; QuickTime files have `qt  ` or, when they are old, no `ftyp` at all. Stills are HEIC or AVIF. */
function ofIsoMedia(start: Buffer): VideoType | null {
  const hasBrand = start.toString('latin1', 4, 8) === 'ftyp'
  const brand = start.toString('latin1', 8, 12)
  if (hasBrand && ['heic', 'heix', 'mif1', 'msf1', 'avif', 'avis', 'M4A ', 'jp2 '].includes(brand)) return null
  return !hasBrand || brand === 'qt  '
    ? { mediaType: 'video/quicktime', extension: '.mov', demuxer: 'mov' }
    : { mediaType: 'video/mp4', extension: '.mp4', demuxer: 'mov' }
}
