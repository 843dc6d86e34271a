import t from 'tap'
import type { Detection } from '../../src/contract/index.ts'
import { drawOnVideo } from '../../src/drawing/draw-detections.ts'
import { evenRect, readRgb, writeRgb, type YuvPicture } from '../../src/drawing/yuv-picture.ts'

/** Grey, with rows longer than the picture, as decoders leave them. */
function grey(width: number, height: number, padding = 32): YuvPicture {
  const chromaStride = ((width + 1) >> 1) + padding
  const plane = (stride: number, rows: number) => Buffer.alloc(stride * rows, 128)
  const chroma = () => plane(chromaStride, (height + 1) >> 1)
  return {
    width,
    height,
    planes: [plane(width + padding, height), chroma(), chroma()],
    strides: [width + padding, chromaStride, chromaStride],
  }
}

const sign = (bbox: Detection['bbox'], name = '限速60'): Detection => {
  return { class_code: 'pl60', class_name: name, class_name_en: name, category: 'prohibitory', confidence: 0.9, bbox }
}

t.test('pixels come back as they were, in the colours of large and of small videos', async (t) => {
  for (const [width, height] of [
    [64, 48],
    [1280, 720],
  ] as const) {
    const picture = grey(width, height)
    const rect = evenRect({ x1: 10, y1: 12, x2: 30, y2: 32 }, picture)
    const rgb = readRgb(picture, rect)
    for (let at = 0; at < rgb.data.length; at += 3) rgb.data.set([200, 30, 30], at)
    writeRgb(picture, rgb, rect)
    const back = readRgb(picture, rect)
    t.ok(
      [...back.data].every((value, i) => Math.abs(value - [200, 30, 30][i % 3]!) <= 3),
      `${width}×${height}`,
    )
  }
})

t.test('only what is drawn on is touched, and a box stands around its sign', async (t) => {
  const picture = grey(640, 480)
  await drawOnVideo(picture, [sign([300, 200, 340, 240])])
  const [luma] = picture.planes
  const at = (x: number, y: number) => luma[y * picture.strides[0] + x]
  t.equal(at(320, 220), 128, 'the sign itself is as it was')
  t.not(at(298, 220), 128, 'beside it is the box')
  t.equal(at(10, 470), 128)
  t.ok(
    luma.subarray(640, 672).every((value) => value === 128),
    'nothing is written beside the picture',
  )
})

t.test('boxes at and beyond the border stay inside the picture, of odd sizes too', async (t) => {
  for (const [width, height] of [
    [640, 480],
    [641, 481],
  ] as const) {
    const picture = grey(width, height)
    const boxes: Array<Detection['bbox']> = [
      [0, 0, 20, 20],
      [width - 15, height - 15, width, height],
      [0, 0, width, height],
    ]
    await t.resolves(
      drawOnVideo(
        picture,
        boxes.map((bbox) => sign(bbox)),
      ),
    )
    const [luma] = picture.planes
    for (let y = 0; y < height; y++) {
      const beside = luma.subarray(y * picture.strides[0] + width, (y + 1) * picture.strides[0])
      if (!beside.every((value) => value === 128)) return t.fail(`row ${y} is written beside the picture`)
    }
  }
})

t.test('letters keep their size from picture to picture, whatever signs there are', async (t) => {
  const heights = []
  for (const side of [20, 200]) {
    const picture = grey(640, 480)
    await drawOnVideo(picture, [sign([300, 240, 300 + side, 240 + side])])
    const [luma] = picture.planes
    const rows = Array.from({ length: 240 }, (_, y) =>
      luma.subarray(y * picture.strides[0], y * picture.strides[0] + 640).some((value) => value !== 128),
    )
    heights.push(rows.filter(Boolean).length)
  }
  t.equal(heights[0], heights[1])
})
