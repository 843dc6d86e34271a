import t from 'tap'
import { alter, alterations } from '../../src/evaluation/alter/alter.ts'
import { Random } from '../../src/evaluation/alter/random.ts'
import { rotateBox } from '../../src/evaluation/alter/weather-and-motion.ts'
import type { RawPicture } from '../../src/raw-picture.ts'
import { street, streetSigns } from '../helpers/pictures.ts'

const { data, info } = await street().raw().toBuffer({ resolveWithObject: true })
const picture: RawPicture = { data, width: info.width, height: info.height }
const boxes = streetSigns.map(({ x, y, size }) => ({
  x1: x - size / 2,
  y1: y - size / 2,
  x2: x + size / 2,
  y2: y + size / 2,
}))

function meanOf({ data }: RawPicture): number {
  return data.reduce((sum, value) => sum + value, 0) / data.length
}

t.test('every alteration changes a copy, the same way for the same seed', async (t) => {
  const before = Buffer.from(data)
  for (const alteration of alterations) {
    const first = await alter(picture, boxes, alteration, '1/a.jpg')
    const again = await alter(picture, boxes, alteration, '1/a.jpg')
    const other = await alter(picture, boxes, alteration, '2/a.jpg')
    t.ok(data.equals(before), `${alteration} leaves the photo as it is`)
    t.ok(first.picture.data.equals(again.picture.data), `${alteration} repeats`)
    t.notOk(first.picture.data.equals(before), `${alteration} changes something`)
    if (alteration !== 'blur')
      t.notOk(first.picture.data.equals(other.picture.data), `${alteration} depends on the seed`)
    t.equal(first.picture.data.length, first.picture.width * first.picture.height * 3)
    t.equal(first.boxes.length, boxes.length)
    if (alteration !== 'tilt') t.same(first.boxes, boxes, `${alteration} leaves signs where they are`)
  }
})

t.test('night is dark, the sun blinds in one place and shades the rest, noise keeps the mean', async (t) => {
  const mean = meanOf(picture)
  t.ok(meanOf((await alter(picture, [], 'night', 'a')).picture) < mean * 0.3)
  t.ok(Math.abs(meanOf((await alter(picture, [], 'noise', 'a')).picture) - mean) < 1)
  const { data: lit } = (await alter(picture, [], 'backlight', 'a')).picture
  t.ok(lit.includes(255))
  t.ok(
    lit.subarray(-3000).every((value, i) => value < data[data.length - 3000 + i]!),
    'the near road is darker',
  )
})

t.test('a bar covers about a third of each sign', async (t) => {
  const { picture: covered } = await alter(picture, boxes, 'occlusion', 'a')
  for (const { x1, y1, x2, y2 } of boxes) {
    let grey = 0
    for (let y = y1; y < y2; y++) {
      for (let x = x1; x < x2; x++) {
        const at = (y * picture.width + x) * 3
        if (covered.data[at] === 120 && covered.data[at + 1] === 120 && covered.data[at + 2] === 120) grey++
      }
    }
    const share = grey / ((x2 - x1) * (y2 - y1))
    t.ok(share > 0.25 && share < 0.36, `${share}`)
  }
})

t.test('tilted signs are where their boxes say', async (t) => {
  const tilted = await alter(picture, boxes, 'tilt', 'a')
  t.ok(tilted.picture.width > picture.width && tilted.picture.height > picture.height)
  // The second sign is the only thing in deep blue.
  const { data, width } = tilted.picture
  const blue = { x1: width, y1: tilted.picture.height, x2: 0, y2: 0 }
  for (let at = 0; at < data.length; at += 3) {
    if (data[at]! > 40 || data[at + 2]! < 120) continue
    const [x, y] = [(at / 3) % width, Math.floor(at / 3 / width)]
    blue.x1 = Math.min(blue.x1, x)
    blue.y1 = Math.min(blue.y1, y)
    blue.x2 = Math.max(blue.x2, x + 1)
    blue.y2 = Math.max(blue.y2, y + 1)
  }
  for (const side of ['x1', 'y1', 'x2', 'y2'] as const) {
    t.ok(Math.abs(blue[side] - tilted.boxes[1]![side]) < 4, `${side}: ${blue[side]} ${tilted.boxes[1]![side]}`)
  }
  const turned = rotateBox({ x1: 0, y1: 0, x2: 20, y2: 10 }, 90, { width: 100, height: 50 }, { width: 50, height: 100 })
  t.same(Object.values(turned).map(Math.round), [40, 0, 50, 20])
})

t.test('random numbers are even, normal, and decided by their text', async (t) => {
  t.equal(Random.of('a').next(), Random.of('a').next())
  t.not(Random.of('a').next(), Random.of('b').next())
  const random = Random.of('a')
  const normals = Array.from({ length: 20_000 }, () => random.normal())
  const mean = normals.reduce((sum, value) => sum + value, 0) / normals.length
  const variance = normals.reduce((sum, value) => sum + (value - mean) ** 2, 0) / normals.length
  t.ok(Math.abs(mean) < 0.03 && Math.abs(variance - 1) < 0.05, `${mean} ${variance}`)
})
