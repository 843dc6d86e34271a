import sharp from 'sharp'
import { decodePicture } from '../detection/decode-picture.ts'
import type { Box } from '../detection/geometry.ts'
import type { RawPicture } from '../raw-picture.ts'
import { boxOf, type Case } from './cases.ts'
import type { LabelledPhoto } from './labels/label-set.ts'
import { sideOf } from './signs.ts'

/** A case with its picture. */
export interface PicturedCase extends Case {
  /** `data:image/jpeg;base64,…` */
  dataUri: string
}

/** Side of a picture in the report, in pixels. */
export const cropSide = 224
/** How much of the street around a sign is shown, in sides of the sign and in source pixels. */
const contextSides = 3
const minContext = 72

export const boxColours = { truth: '#00d26a', found: '#ff3b8d' } as const

/** Cuts each case from its photo, with the labelled and the found box drawn. A photo is decoded once however many cases it has. */
export async function cropCases(
  cases: readonly Case[],
  photos: readonly LabelledPhoto[],
  maxPixels: number,
): Promise<PicturedCase[]> {
  const dataUris = new Map<Case, string>()
  for (const photo of photos) {
    const ofPhoto = cases.filter((one) => one.photo === photo.name)
    if (ofPhoto.length === 0) continue
    const picture = await decodePicture(photo.path, photo.name, { maxPixels })
    for (const one of ofPhoto) dataUris.set(one, await crop(picture, one))
  }
  return cases.map((one) => ({ ...one, dataUri: dataUris.get(one)! }))
}

async function crop(picture: RawPicture, one: Case): Promise<string> {
  const window = windowAround(boxOf(one), picture)
  const scale = cropSide / window.side
  const width = Math.max(1, Math.round(window.width * scale))
  const height = Math.max(1, Math.round(window.height * scale))
  const raw = { width: picture.width, height: picture.height, channels: 3 as const }
  const cut = await sharp(picture.data, { raw, limitInputPixels: false })
    .extract({ left: window.x, top: window.y, width: window.width, height: window.height })
    .resize(width, height, { fit: 'fill' })
    .raw()
    .toBuffer()
  const jpeg = await sharp(cut, { raw: { width, height, channels: 3 } })
    .composite([{ input: framesSvg(one, window, scale, width, height) }])
    .jpeg({ quality: 82 })
    .toBuffer()
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`
}

/** The labelled box drawn through, the found one dashed, so that colours alone need not tell them apart. */
function framesSvg(one: Case, start: { x: number; y: number }, scale: number, width: number, height: number): Buffer {
  const frame = (box: Box, colour: string, dashes: string) => {
    const sizes = [box.x1 - start.x, box.y1 - start.y, box.x2 - box.x1, box.y2 - box.y1]
    const [x, y, w, h] = sizes.map((size) => (size * scale).toFixed(1))
    const place = `x="${x}" y="${y}" width="${w}" height="${h}"`
    return `<rect ${place} stroke="#000" stroke-opacity="0.5" stroke-width="4"/><rect ${place} stroke="${colour}" stroke-width="2" ${dashes}/>`
  }
  const truth = one.truth ? frame(one.truth.box, boxColours.truth, '') : ''
  const found = one.found ? frame(one.found.box, boxColours.found, 'stroke-dasharray="7 4"') : ''
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><g fill="none">${truth}${found}</g></svg>`,
  )
}

/** A square around a box, moved into the picture; narrower only where the picture is. Whole source pixels. */
export function windowAround(box: Box, picture: { width: number; height: number }) {
  const side = Math.ceil(Math.max(minContext, contextSides * Math.max(sideOf(box), box.x2 - box.x1, box.y2 - box.y1)))
  const width = Math.min(side, picture.width)
  const height = Math.min(side, picture.height)
  const start = (from: number, to: number, length: number, limit: number) =>
    Math.max(0, Math.min(Math.round((from + to - length) / 2), limit - length))
  return {
    x: start(box.x1, box.x2, width, picture.width),
    y: start(box.y1, box.y2, height, picture.height),
    width,
    height,
    side,
  }
}
