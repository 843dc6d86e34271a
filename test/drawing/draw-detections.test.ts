import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import t from 'tap'
import type { BoundingBox, Detection, SignCategory } from '../../src/contract/detection.ts'
import { drawDetections, encodeResult, encodeThumbnail } from '../../src/drawing/draw-detections.ts'
import { drawingSizes } from '../../src/drawing/drawing-sizes.ts'
import { escapeXml } from '../../src/drawing/fonts.ts'
import { contrastRatio, palette } from '../../src/drawing/palette.ts'
import { renderTexts, type TextMask } from '../../src/drawing/text-mask.ts'
import { packageRoot } from '../../src/package-root.ts'
import type { RawPicture } from '../../src/raw-picture.ts'

const grey = 120

t.test('zero detections leave every pixel as it was', async (t) => {
  const picture = plain(64, 48)
  await drawDetections(picture, [])
  t.ok(picture.data.every((value) => value === grey))
})

t.test('the outline runs around the sign in the colour of its category and leaves the sign itself alone', async (t) => {
  for (const category of Object.keys(palette) as SignCategory[]) {
    const picture = plain(640, 480)
    await drawDetections(picture, [sign({ category, bbox: [300, 200, 360, 260] })])
    t.same(pixel(picture, 299, 230), palette[category].ground)
    t.same(pixel(picture, 360, 230), palette[category].ground)
    t.same(pixel(picture, 330, 260), palette[category].ground)
    for (const [x, y] of [
      [300, 200],
      [359, 259],
      [330, 230],
    ] as const)
      t.same(pixel(picture, x, y), [grey, grey, grey])
  }
})

t.test('text stands out from its ground by 4.5 to 1 or more in every category', async (t) => {
  for (const { ground, text } of Object.values(palette)) t.ok(contrastRatio(ground, text) >= 4.5)
  t.equal(contrastRatio([0, 0, 0], [255, 255, 255]), 21)
})

t.test('lines and letters grow with the picture and stay readable in small ones', async (t) => {
  const sizesOf = (width: number, height: number) => {
    const side = Math.max(4, Math.round(Math.sqrt(width * height) * 0.06))
    return drawingSizes({ width, height }, [{ x1: 0, y1: 0, x2: side, y2: side }])
  }
  t.same(sizesOf(320, 240), { line: 1, halo: 1, font: 13 })
  t.same(sizesOf(1920, 1080), { line: 3, halo: 1, font: 28 })
  t.same(sizesOf(4000, 3000), { line: 8, halo: 3, font: 68 })
  t.same(sizesOf(16000, 4000), { line: 19, halo: 6, font: 160 })
  t.ok(sizesOf(40, 30).font <= 9)
  t.equal(drawingSizes({ width: 4000, height: 3000 }, [{ x1: 0, y1: 0, x2: 30, y2: 30 }]).font, 48, 'distant signs')
})

t.test('boxes and labels are drawn on a picture of any size', async (t) => {
  const sizes = [
    [1, 1],
    [1, 300],
    [300, 1],
    [16, 16],
    [40, 30],
    [320, 240],
    [1920, 1080],
    [6000, 500],
  ] as const
  for (const [width, height] of sizes) {
    const picture = plain(width, height)
    const right = Math.ceil(width / 2)
    const lower = Math.ceil(height / 2)
    await drawDetections(picture, [
      sign({ bbox: [0, 0, right, lower] }),
      sign({ bbox: [right - 1, lower - 1, width, height] }),
    ])
    t.equal(picture.data.length, width * height * 3)
    t.ok(
      picture.data.some((value) => value !== grey),
      `something is drawn on ${width}x${height}`,
    )
  }
})

t.test('boxes without width and at the very border are visible', async (t) => {
  const bboxes: BoundingBox[] = [
    [0, 0, 1, 1],
    [639, 479, 640, 480],
    [0, 200, 640, 201],
    [320, 0, 321, 480],
    [100, 100, 100, 100],
  ]
  for (const bbox of bboxes) {
    const picture = plain(640, 480)
    await drawDetections(picture, [sign({ bbox, class_name: '' })])
    t.ok(countOf(picture, palette.prohibitory.ground) > 3, bbox.join())
  }
})

t.test('300 signs are drawn', async (t) => {
  const picture = plain(1280, 720)
  const signs = Array.from({ length: 300 }, (_, index) => {
    const x = (index * 97) % 1240
    const y = (index * 61) % 680
    return sign({ bbox: [x, y, x + 24, y + 24], confidence: (index % 100) / 100 })
  })
  await drawDetections(picture, signs)
  t.ok(countOf(picture, palette.prohibitory.ground) > 10_000)
})

t.test('names with XML characters, control characters, emoji and no end are drawn', async (t) => {
  for (const class_name of ['<b>&"\'</b>', '\u0000\u0007\ufffe', '🚦', '\ud800', '限'.repeat(5000), ' ', '&amp;']) {
    const picture = plain(640, 480)
    await t.resolves(drawDetections(picture, [sign({ class_name, bbox: [300, 200, 360, 260] })]))
  }
  t.equal(escapeXml('<a & "b">\u0001'), '&lt;a &amp; &quot;b&quot;&gt;')
})

t.test('Chinese text is rendered, not empty boxes', async (t) => {
  const characters = ['限', '速', '停', '让']
  const masks = await renderTexts(characters, 32)
  for (const mask of masks) t.ok(inkShare(mask) > 0.1 && inkShare(mask) < 0.7)
  const shapes = new Set(masks.map((mask) => Buffer.from(mask.data).toString('base64')))
  t.equal(shapes.size, characters.length, 'each looks different')
})

t.test('one size of letters has one line height, and the order of texts is kept', async (t) => {
  const texts = ['限速60', '一', '98%', '限速60', 'g', '']
  const masks = await renderTexts(texts, 20)
  t.equal(new Set(masks.map((mask) => mask.height)).size, 1)
  t.equal(masks[0], masks[3])
  t.ok(masks[0]!.width > masks[2]!.width)
  t.same(masks[5]!.width, 0)
  for (const [index, text] of texts.entries()) t.same(await renderTexts([text], 20), [masks[index]])
})

t.test('the same signs give the same pixels', async (t) => {
  const [first, second] = [await goldenPicture(), await goldenPicture()]
  t.ok(first.data.equals(second.data))
})

t.test('a drawn picture looks like the golden one', async (t) => {
  const path = join(packageRoot, 'test/golden/drawing.png')
  const picture = await goldenPicture()
  if (t.writeSnapshot) await savePng(picture, path)
  const golden = await sharp(path).removeAlpha().raw().toBuffer()
  t.equal(golden.length, picture.data.length)
  const differing = golden.filter((value, at) => Math.abs(value - picture.data[at]!) > 24).length
  t.ok(differing / golden.length < 0.005, `${differing} of ${golden.length} values differ: see npx tap --snapshot`)
})

t.test('the result is a JPEG of the full size', async (t) => {
  const path = join(t.testdir(), 'result.jpg')
  await encodeResult(await goldenPicture(), path)
  t.match(await sharp(path).metadata(), { format: 'jpeg', width: 400, height: 300, space: 'srgb' })
})

t.test('the thumbnail is a WebP of at most 320 pixels a side, never enlarged', async (t) => {
  const folder = t.testdir()
  const cases = [
    [1920, 1080, 320, 180],
    [3000, 4000, 240, 320],
    [200, 100, 200, 100],
    [8000, 10, 320, 1],
  ] as const
  for (const [width, height, thumbWidth, thumbHeight] of cases) {
    const path = join(folder, `${width}.webp`)
    await encodeThumbnail(plain(width, height), path)
    t.match(await sharp(path).metadata(), { format: 'webp', width: thumbWidth, height: thumbHeight })
  }
})

function plain(width: number, height: number): RawPicture {
  return { data: Buffer.alloc(width * height * 3, grey), width, height }
}

function sign(given: Partial<Detection>): Detection {
  const known = { class_code: 'pl60', class_name: '限速60', class_name_en: 'Speed limit 60 km/h' }
  return { ...known, category: 'prohibitory', confidence: 0.976, bbox: [10, 10, 30, 30], ...given }
}

async function goldenPicture(): Promise<RawPicture> {
  const picture = plain(400, 300)
  await drawDetections(picture, [
    sign({ bbox: [60, 80, 110, 130] }),
    sign({ class_name: '禁止停车', bbox: [60, 134, 110, 184] }),
    sign({ class_name: '注意行人', category: 'warning', bbox: [340, 20, 390, 65], confidence: 0.81 }),
    sign({ class_name: '直行', category: 'mandatory', bbox: [200, 0, 240, 40], confidence: 0.5 }),
    sign({ class_name: '人行横道', category: 'other', bbox: [350, 250, 400, 300], confidence: 1 }),
  ])
  return picture
}

async function savePng({ data, width, height }: RawPicture, path: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true })
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(path)
}

function pixel({ data, width }: RawPicture, x: number, y: number): number[] {
  const at = (y * width + x) * 3
  return [...data.subarray(at, at + 3)]
}

function countOf(picture: RawPicture, colour: readonly number[]): number {
  let count = 0
  for (let at = 0; at < picture.data.length; at += 3) {
    if (colour.every((value, channel) => picture.data[at + channel] === value)) count++
  }
  return count
}

function inkShare(mask: TextMask): number {
  return mask.data.reduce((sum, value) => sum + value / 255, 0) / mask.data.length
}
