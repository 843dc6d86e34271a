/**
 * Draws the street scenes that tests and the README use, and the boxes of their signs: test/fixtures/street-*.jpg and
 * street-labels.json. The scenes are the project's own, so no photo of others is in the repository. The same each time.
 *
 *   npx tsc -p . && node dist/scripts/draw-street-scenes.js
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { configureFonts } from '../src/drawing/fonts.ts'
import { packageRoot } from '../src/package-root.ts'
import { Random } from './street-scenes/random.ts'
import { scenes } from './street-scenes/scenes.ts'
import { signBox } from './street-scenes/sign-placement.ts'
import { type Street, streetSvg } from './street-scenes/street-art.ts'

/** Standard deviation of the sensor's noise, in levels of 0 to 255. */
const noiseDeviation = 3.2

configureFonts()
const folder = join(packageRoot, 'test/fixtures')
await mkdir(folder, { recursive: true })
const labels: Record<string, { box: number[]; class_code: string }[]> = {}
for (const [index, [name, street]] of Object.entries(scenes).entries()) {
  await drawScene(street, new Random(index + 1), join(folder, name))
  const signs = street.posts.flatMap((post) => post.signs)
  labels[name] = signs.map((sign) => ({ box: signBox(sign), class_code: sign.code }))
}
await writeFile(join(folder, 'street-labels.json'), labelsJson())

async function drawScene(street: Street, random: Random, path: string): Promise<void> {
  const svg = Buffer.from(streetSvg(street, random))
  const { data, info } = await sharp(svg).removeAlpha().blur(0.6).raw().toBuffer({ resolveWithObject: true })
  addNoise(data, random)
  const raw = { width: info.width, height: info.height, channels: 3 as const }
  await sharp(data, { raw }).jpeg({ quality: 82 }).toFile(path)
}

/** Photos are never smooth, and the detector has seen photos only. The sum of four even numbers is nearly normal. */
function addNoise(data: Buffer, random: Random): void {
  for (let at = 0; at < data.length; at += 3) {
    const sum = random.next() + random.next() + random.next() + random.next() - 2
    const noise = sum * Math.sqrt(3) * noiseDeviation
    for (let channel = 0; channel < 3; channel++) {
      data[at + channel] = Math.max(0, Math.min(255, Math.round(data[at + channel]! + noise)))
    }
  }
}

/** One sign a line, so that a change is readable as a difference. */
function labelsJson(): string {
  const pictures = Object.entries(labels).map(([name, signs]) => {
    const lines = signs.map((sign) => `    ${JSON.stringify(sign)}`)
    return `  ${JSON.stringify(name)}: [\n${lines.join(',\n')}\n  ]`
  })
  return `{\n${pictures.join(',\n')}\n}\n`
}
