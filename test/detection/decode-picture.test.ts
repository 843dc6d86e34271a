import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import t from 'tap'
import { decodePicture, readPictureHeader } from '../../src/detection/decode-picture.ts'
import { AppError, type ErrorCode } from '../../src/errors.ts'
import { emptyPng, hugePng } from '../helpers/pictures.ts'

sharp.cache(false)

const limits = { maxPixels: 1_000_000 }
const [width, height] = [64, 48]

/** Red left of the middle, blue right of it. */
function halves() {
  const data = Buffer.alloc(width * height * 3)
  for (let i = 0; i < width * height; i++) data.set(i % width < width / 2 ? [220, 30, 30] : [30, 30, 220], i * 3)
  return sharp(data, { raw: { width, height, channels: 3 } })
}

/** Two frames of which the second is green. */
function animated() {
  const frame = (background: string) =>
    sharp({ create: { width, height, channels: 3, background } })
      .png()
      .toBuffer()
  return Promise.all([halves().png().toBuffer(), frame('#0f0')]).then((frames) =>
    sharp(frames, { join: { animated: true } }),
  )
}

const formats: Record<string, () => Promise<Buffer>> = {
  jpeg: () => halves().jpeg().toBuffer(),
  'progressive jpeg': () => halves().jpeg({ progressive: true }).toBuffer(),
  'cmyk jpeg': () => halves().toColourspace('cmyk').jpeg().toBuffer(),
  png: () => halves().png().toBuffer(),
  '16-bit png': () => halves().toColourspace('rgb16').png().toBuffer(),
  'transparent png': () => halves().ensureAlpha(1).png().toBuffer(),
  'palette png': () => halves().png({ palette: true }).toBuffer(),
  webp: () => halves().webp().toBuffer(),
  'lossless webp': () => halves().webp({ lossless: true }).toBuffer(),
  gif: () => halves().gif().toBuffer(),
  tiff: () => halves().tiff({ compression: 'none' }).toBuffer(),
  'lzw tiff': () => halves().tiff({ compression: 'lzw' }).toBuffer(),
  avif: () => halves().avif({ effort: 0 }).toBuffer(),
  'animated gif': async () => (await animated()).gif().toBuffer(),
  'animated webp': async () => (await animated()).webp({ lossless: true }).toBuffer(),
}

async function codeOf(work: Promise<unknown>): Promise<ErrorCode | 'none'> {
  try {
    await work
    return 'none'
  } catch (err) {
    if (err instanceof AppError) return err.code
    throw err
  }
}

t.test('every format becomes the same upright RGB', async (t) => {
  const path = join(t.testdir(), 'picture')
  for (const [format, make] of Object.entries(formats)) {
    await writeFile(path, await make())
    const picture = await decodePicture(path, 'a', limits)
    t.same([picture.width, picture.height, picture.data.length], [width, height, width * height * 3], format)
    const [left, right] = [picture.data.subarray(10 * 3, 11 * 3), picture.data.subarray(54 * 3, 55 * 3)]
    t.ok(left[0]! > 150 && left[2]! < 100 && right[0]! < 100 && right[2]! > 120, `${format} keeps its colours`)
  }
})

t.test('grey has three channels, and transparency lies on white', async (t) => {
  const path = join(t.testdir(), 'picture')
  const greys = {
    '8 bit': halves().greyscale().png(),
    '16 bit': halves().greyscale().toColourspace('grey16').png(),
    jpeg: halves().greyscale().jpeg(),
  }
  for (const [name, grey] of Object.entries(greys)) {
    await writeFile(path, await grey.toBuffer())
    const { data } = await decodePicture(path, 'a', limits)
    t.equal(data.length, width * height * 3, name)
    t.ok(data[0] === data[1] && data[1] === data[2], name)
  }
  const clear = sharp({ create: { width, height, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
  await writeFile(path, await clear.png().toBuffer())
  t.same([...(await decodePicture(path, 'a', limits)).data.subarray(0, 3)], [255, 255, 255])
})

t.test('a file cut off at any tenth is refused, not half decoded', async (t) => {
  const path = join(t.testdir(), 'picture')
  for (const [format, make] of Object.entries(formats)) {
    if (format.startsWith('animated')) continue
    const whole = await make()
    for (let tenth = 1; tenth < 10; tenth++) {
      await writeFile(path, whole.subarray(0, Math.floor((whole.length * tenth) / 10)))
      const code = await codeOf(decodePicture(path, 'a', limits))
      t.ok(code === 'IMAGE_UNREADABLE' || code === 'UNSUPPORTED_MEDIA', `${format} cut at ${tenth}/10: ${code}`)
    }
  }
})

t.test('an animation cut off after its first frame gives an answer', async (t) => {
  const path = join(t.testdir(), 'picture')
  for (const format of ['animated gif', 'animated webp']) {
    const whole = await formats[format]!()
    for (let tenth = 1; tenth < 10; tenth++) {
      await writeFile(path, whole.subarray(0, Math.floor((whole.length * tenth) / 10)))
      t.match(await codeOf(decodePicture(path, 'a', limits)), /^(none|IMAGE_UNREADABLE|UNSUPPORTED_MEDIA)$/, format)
    }
  }
})

t.test('a header tells type and upright size', async (t) => {
  const path = join(t.testdir(), 'named.png')
  await writeFile(path, await halves().jpeg().withMetadata({ orientation: 6 }).toBuffer())
  t.same(await readPictureHeader(path, 'named.png', limits), {
    mediaType: 'image/jpeg',
    extension: '.jpg',
    width: height,
    height: width,
  })
})

t.test('what is no picture is refused by its bytes', async (t) => {
  const path = join(t.testdir(), 'a.jpg')
  const cases: [string, Buffer, ErrorCode][] = [
    ['HTML named .jpg', Buffer.from('<!doctype html><title>a</title>'), 'UNSUPPORTED_MEDIA'],
    [
      'SVG named .jpg',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      'UNSUPPORTED_MEDIA',
    ],
    ['a ZIP', Buffer.from('PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaa', 'latin1'), 'UNSUPPORTED_MEDIA'],
    ['nothing', Buffer.alloc(0), 'UNSUPPORTED_MEDIA'],
    [
      'a signature and noise',
      Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), Buffer.alloc(500, 7)]),
      'IMAGE_UNREADABLE',
    ],
    ['a PNG of 0×0', emptyPng(), 'IMAGE_UNREADABLE'],
    ['a GIF of 0×0', Buffer.from('GIF89a\0\0\0\0\0\0\0;', 'latin1'), 'IMAGE_UNREADABLE'],
  ]
  for (const [name, bytes, code] of cases) {
    await writeFile(path, bytes)
    t.equal(await codeOf(readPictureHeader(path, 'a.jpg', limits)), code, name)
    t.equal(await codeOf(decodePicture(path, 'a.jpg', limits)), code, `${name}, decoded`)
  }
})

t.test('121 megapixels in a small file are refused before they are decoded', async (t) => {
  const path = join(t.testdir(), 'bomb.png')
  const bytes = hugePng()
  await writeFile(path, bytes)
  t.ok(bytes.length < 400_000)
  const before = process.memoryUsage().rss
  for (const read of [readPictureHeader, decodePicture]) {
    const reading: Promise<unknown> = read(path, 'bomb.png', { maxPixels: 100_000_000 })
    await t.rejects(reading, {
      code: 'IMAGE_TOO_LARGE',
      details: { file_name: 'bomb.png', width: 11_000, height: 11_000, max_pixels: 100_000_000 },
    })
  }
  t.ok(process.memoryUsage().rss - before < 100_000_000, 'memory stays')
  t.equal((await readPictureHeader(path, 'a', { maxPixels: 121_000_000 })).width, 11_000, 'the limit itself is allowed')
})

t.test('a file that is not there is not called damaged', async (t) => {
  await t.rejects(readPictureHeader(join(t.testdir(), 'none'), 'none', limits), { code: 'ENOENT' })
})
