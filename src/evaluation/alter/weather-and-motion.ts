import sharp, { type Sharp } from 'sharp'
import type { Box } from '../../detection/geometry.ts'
import type { RawPicture } from '../../raw-picture.ts'
import type { Random } from './random.ts'

/** Streaks of rain over a paler, softer picture. */
export async function rainOn(picture: RawPicture, random: Random): Promise<RawPicture> {
  const { width, height } = picture
  const longSide = Math.max(width, height)
  const lean = random.between(-0.25, 0.25)
  const count = Math.round(((width * height) / longSide ** 2) * 1400)
  const streaks = Array.from({ length: count }, () => {
    const [x, y] = [random.between(-0.1, 1.1) * width, random.between(-0.1, 1) * height]
    const length = longSide * random.between(0.012, 0.04)
    const thickness = Math.max(0.7, longSide * random.between(0.0004, 0.0011))
    return `<path d="M${x.toFixed(1)} ${y.toFixed(1)}l${(length * lean).toFixed(1)} ${length.toFixed(1)}" stroke-width="${thickness.toFixed(2)}" stroke-opacity="${random.between(0.2, 0.55).toFixed(2)}"/>`
  })
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><g stroke="#dfe6ee">${streaks.join('')}</g></svg>`
  const soft = open(picture)
    .blur(Math.max(0.5, longSide * 0.0004))
    .linear(0.72, 34)
  return toPicture(soft.composite([{ input: Buffer.from(svg), limitInputPixels: false }]))
}

/** The camera pans sideways while the shutter is open: smeared by half a percent of the long side. */
export async function blurByMotion(picture: RawPicture): Promise<RawPicture> {
  const length = Math.max(5, Math.round(Math.max(picture.width, picture.height) * 0.005) | 1)
  const row = Array.from({ length }, () => 1)
  const none = Array.from({ length }, () => 0)
  return toPicture(
    open(picture).convolve({ width: length, height: 3, kernel: [...none, ...row, ...none], scale: length }),
  )
}

/**
 * Rotates the picture by 4 to 9 degrees either way, on a larger grey ground, and its boxes with it. A box becomes the one
 * around the rotated ellipse that fills it: exact for round signs, a little small for square ones.
 */
export async function tilt(
  picture: RawPicture,
  boxes: readonly Box[],
  random: Random,
): Promise<{ picture: RawPicture; boxes: Box[] }> {
  const degrees = random.between(4, 9) * (random.next() < 0.5 ? -1 : 1)
  const tilted = await toPicture(open(picture).rotate(degrees, { background: '#727272' }))
  return { picture: tilted, boxes: boxes.map((box) => rotateBox(box, degrees, picture, tilted)) }
}

interface Size {
  width: number
  height: number
}

/** Around the pictures' centres, clockwise as seen. */
export function rotateBox(box: Box, degrees: number, from: Size, to: Size): Box {
  const angle = (degrees * Math.PI) / 180
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const [dx, dy] = [(box.x1 + box.x2 - from.width) / 2, (box.y1 + box.y2 - from.height) / 2]
  const x = to.width / 2 + dx * cos - dy * sin
  const y = to.height / 2 + dx * sin + dy * cos
  const [a, b] = [(box.x2 - box.x1) / 2, (box.y2 - box.y1) / 2]
  const [halfWidth, halfHeight] = [Math.hypot(a * cos, b * sin), Math.hypot(a * sin, b * cos)]
  return { x1: x - halfWidth, y1: y - halfHeight, x2: x + halfWidth, y2: y + halfHeight }
}

function open({ data, width, height }: RawPicture): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
}

async function toPicture(edited: Sharp): Promise<RawPicture> {
  const { data, info } = await edited.removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}
