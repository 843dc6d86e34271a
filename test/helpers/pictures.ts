import { crc32, deflateSync } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'

/** A sign drawn by `streetSvg`, by its TT100K code; `x` and `y` are its centre, `size` its width, in pixels. */
export interface DrawnSign {
  code: keyof typeof faces
  x: number
  y: number
  size: number
}

// Each face fills the square from -50 to 50. Shapes only: text would need a font.
const faces = {
  pne: '<circle r="50" fill="#fff"/><circle r="48" fill="#c8102e"/><rect x="-34" y="-9" width="68" height="18" fill="#fff"/>',
  pl60: `<circle r="50" fill="#c8102e"/><circle r="39" fill="#fff"/><g fill="none" stroke="#111" stroke-width="7.5">
    <rect x="6" y="-22" width="20" height="44" rx="10"/><path d="M -7 -22 Q -26 -16 -26 6"/><circle cx="-16" cy="10" r="11"/></g>`,
  i13: `<circle r="50" fill="#fff"/><circle r="48" fill="#00489d"/>
    <path d="M 0 -36 L 20 -10 L 8 -10 L 8 36 L -8 36 L -8 -10 L -20 -10 Z" fill="#fff"/>`,
}

/** A plain street: sky, houses, road, and signs on poles. */
export function streetSvg(width: number, height: number, signs: DrawnSign[]): Buffer {
  const horizon = Math.round(height * 0.6)
  const drawn = signs.map(({ code, x, y, size }) => {
    const pole = `<rect x="${x - size / 20}" y="${y}" width="${size / 10}" height="${height - y}" fill="#777"/>`
    return `${pole}<g transform="translate(${x} ${y}) scale(${size / 100})">${faces[code]}</g>`
  })
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <defs><linearGradient id="sky" x2="0" y2="1"><stop stop-color="#7fa6cf"/><stop offset="1" stop-color="#dfe6ea"/></linearGradient></defs>
    <rect width="${width}" height="${horizon}" fill="url(#sky)"/>
    <rect x="${width * 0.7}" y="${height * 0.2}" width="${width * 0.3}" height="${height * 0.45}" fill="#a89f91"/>
    <rect y="${horizon}" width="${width}" height="${height - horizon}" fill="#6b6d70"/>
    ${drawn.join('\n')}</svg>`)
}

/** Size and signs of the picture that `street` draws: no two of its corners look alike. */
export const streetSize = { width: 800, height: 600 }
export const streetSigns: DrawnSign[] = [
  { code: 'pl60', x: 200, y: 180, size: 72 },
  { code: 'i13', x: 420, y: 300, size: 60 },
]

/** The upright picture, to be encoded in any format. */
export function street(signs: DrawnSign[] = streetSigns): Sharp {
  return sharp(streetSvg(streetSize.width, streetSize.height, signs))
    .flatten({ background: '#fff' })
    .blur(0.6)
}

/** The same pixels as another camera position would store them, with the EXIF orientation (1 to 8) that turns them back. */
export async function streetTurned(orientation: number): Promise<Buffer> {
  const upright = await street().png().toBuffer()
  return turned(sharp(upright), orientation).withMetadata({ orientation }).png().toBuffer()
}

function turned(picture: Sharp, orientation: number): Sharp {
  switch (orientation) {
    case 2:
      return picture.flop()
    case 3:
      return picture.rotate(180)
    case 4:
      return picture.flip()
    case 5:
      return picture.rotate(270).flop()
    case 6:
      return picture.rotate(270)
    case 7:
      return picture.rotate(90).flop()
    case 8:
      return picture.rotate(90)
    default:
      return picture
  }
}

/** A valid PNG of 11,000 × 11,000 black pixels, one bit each, in 15 KB. */
export function hugePng(): Buffer {
  const side = 11_000
  const rows = deflateSync(Buffer.alloc(side * (1 + Math.ceil(side / 8))))
  return png(side, side, rows)
}

/** A PNG whose header claims a size that PNG forbids. */
export function emptyPng(): Buffer {
  return png(0, 0, deflateSync(Buffer.alloc(1)))
}

function png(width: number, height: number, rows: Buffer): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 1 // Bits a pixel, grey.
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}
