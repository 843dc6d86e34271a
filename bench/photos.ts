import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { Random } from '../scripts/street-scenes/random.ts'
import { scenes } from '../scripts/street-scenes/scenes.ts'
import { streetSvg } from '../scripts/street-scenes/street-art.ts'

export type PhotoSize = '0.3 MP' | '2 MP' | '12 MP'

export interface Photo {
  size: PhotoSize
  path: string
  content: Buffer
}

interface Shot {
  scene: keyof typeof scenes
  size: PhotoSize
  width: number
}

const shots: Shot[] = [
  { scene: 'street-small.jpg', size: '0.3 MP', width: 640 },
  { scene: 'street-avenue.jpg', size: '2 MP', width: 1920 },
  { scene: 'street-crossroads.jpg', size: '12 MP', width: 4000 },
  { scene: 'street-evening.jpg', size: '0.3 MP', width: 640 },
  { scene: 'street-village.jpg', size: '2 MP', width: 1632 },
  { scene: 'street-evening.jpg', size: '12 MP', width: 4000 },
]

/** Standard deviation of the noise, in levels of 0 to 255: photos are never smooth, and cost more to decode for it. */
const noiseDeviation = 2.5

/** Draws the project's own street scenes, each at the size of a photo: small, large, small, … The same each time. */
export async function drawPhotos(dir: string): Promise<Photo[]> {
  const photos: Photo[] = []
  for (const [index, { scene, size, width }] of shots.entries()) {
    const path = join(dir, `${index}-${scene}`)
    await draw(scene, width, index + 1, path)
    photos.push({ size, path, content: await readFile(path) })
  }
  return photos
}

async function draw(scene: string, width: number, seed: number, path: string): Promise<void> {
  const street = scenes[scene]!
  const random = new Random(seed)
  const svg = Buffer.from(streetSvg(street, random))
  const picture = sharp(svg, { density: (72 * width) / street.width })
  const { data, info } = await picture.resize({ width }).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  for (let at = 0; at < data.length; at += 3) {
    const noise = (random.next() + random.next() + random.next() - 1.5) * 2 * noiseDeviation
    for (let channel = at; channel < at + 3; channel++) {
      data[channel] = Math.max(0, Math.min(255, Math.round(data[channel]! + noise)))
    }
  }
  const raw = { width: info.width, height: info.height, channels: 3 as const }
  await writeFile(path, await sharp(data, { raw }).jpeg({ quality: 85 }).toBuffer())
}
