/** A kind of picture that the detector reads. */
export interface PictureType {
  mediaType: string
  /** With its dot, as a stored file is named. */
  extension: string
}

/** Enough bytes from the start of a file for `pictureTypeOf`. */
export const signatureBytes = 64

const ascii = (text: string) => Buffer.from(text, 'latin1')

const signatures: { bytes: Buffer; type: PictureType }[] = [
  { bytes: Buffer.from([0xff, 0xd8, 0xff]), type: { mediaType: 'image/jpeg', extension: '.jpg' } },
  { bytes: ascii('\x89PNG\r\n\x1a\n'), type: { mediaType: 'image/png', extension: '.png' } },
  { bytes: ascii('GIF87a'), type: { mediaType: 'image/gif', extension: '.gif' } },
  { bytes: ascii('GIF89a'), type: { mediaType: 'image/gif', extension: '.gif' } },
  { bytes: ascii('II*\0'), type: { mediaType: 'image/tiff', extension: '.tiff' } },
  { bytes: ascii('MM\0*'), type: { mediaType: 'image/tiff', extension: '.tiff' } },
  { bytes: ascii('II+\0'), type: { mediaType: 'image/tiff', extension: '.tiff' } },
  { bytes: ascii('MM\0+'), type: { mediaType: 'image/tiff', extension: '.tiff' } },
]

/** The type that the first bytes of a file declare; null for anything that is not a picture we read. A name is never asked. */
export function pictureTypeOf(start: Buffer): PictureType | null {
  const match = signatures.find(({ bytes }) => start.subarray(0, bytes.length).equals(bytes))
  if (match) return match.type
  if (isWebp(start)) return { mediaType: 'image/webp', extension: '.webp' }
  if (isAvif(start)) return { mediaType: 'image/avif', extension: '.avif' }
  return null
}

function isWebp(start: Buffer): boolean {
  return start.toString('latin1', 0, 4) === 'RIFF' && start.toString('latin1', 8, 12) === 'WEBP'
}

/** ISO BMFF: `ftyp` names a major brand and compatible ones; HEIC is a sibling that we cannot read. */
function isAvif(start: Buffer): boolean {
  if (start.length < 16 || start.toString('latin1', 4, 8) !== 'ftyp') return false
  const end = Math.min(start.readUInt32BE(0), start.length)
  for (let at = 8; at + 4 <= end; at += 4) {
    const brand = start.toString('latin1', at, at + 4)
    // Bytes 12 to 16 are the minor version, not a brand.
    if (at !== 12 && (brand === 'avif' || brand === 'avis')) return true
  }
  return false
}
