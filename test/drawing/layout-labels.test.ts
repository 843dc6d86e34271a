import t from 'tap'
import { layoutLabels, type Size } from '../../src/drawing/layout-labels.ts'
import { overlapArea, type Rect } from '../../src/drawing/pixels.ts'

const picture = { width: 640, height: 480 }
const label = { width: 120, height: 24 }

interface Case {
  behaviour: string
  boxes: [number, number, number, number][]
  size?: Size
  places: [number, number][]
}

const cases: Case[] = [
  {
    behaviour: 'a label stands above its box, left edges in line',
    boxes: [[200, 200, 260, 260]],
    places: [[200, 176]],
  },
  { behaviour: 'at the upper border a label stands below', boxes: [[200, 4, 260, 64]], places: [[200, 64]] },
  { behaviour: 'at the right border a label moves to the left', boxes: [[600, 200, 638, 240]], places: [[518, 176]] },
  {
    behaviour: 'in the upper right corner it stands below, inside the picture',
    boxes: [[600, 0, 640, 40]],
    places: [[520, 40]],
  },
  { behaviour: 'a sign that fills the picture holds its label', boxes: [[0, 0, 640, 480]], places: [[0, 0]] },
  {
    behaviour: 'a tall sign from top to bottom has its label at the side',
    boxes: [[300, 0, 330, 480]],
    places: [[330, 0]],
  },
  {
    behaviour: 'of two signs on a post, the lower has its label below',
    boxes: [
      [200, 100, 260, 160],
      [200, 164, 260, 224],
    ],
    places: [
      [200, 76],
      [200, 224],
    ],
  },
  {
    behaviour: 'the middle one of three signs on a post has its label at the side',
    boxes: [
      [200, 100, 260, 160],
      [200, 164, 260, 224],
      [200, 228, 260, 288],
    ],
    places: [
      [200, 76],
      [260, 164],
      [200, 288],
    ],
  },
  {
    behaviour: 'side by side, labels stand above and below',
    boxes: [
      [200, 200, 260, 260],
      [270, 200, 330, 260],
    ],
    places: [
      [200, 176],
      [270, 260],
    ],
  },
  { behaviour: 'a box one pixel wide has a label', boxes: [[50, 50, 51, 51]], places: [[50, 26]] },
  {
    behaviour: 'a label as large as the picture covers it',
    boxes: [[10, 10, 20, 20]],
    size: picture,
    places: [[0, 0]],
  },
]

for (const { behaviour, boxes, size = label, places } of cases) {
  t.test(behaviour, async (t) => {
    const sizes = boxes.map(() => size)
    t.same(
      layoutLabels(boxes.map(toRect), sizes, picture),
      places.map(([x, y]) => ({ x, y })),
    )
  })
}

t.test('a label larger than the picture has no place', async (t) => {
  const boxes = [toRect([1, 1, 5, 5]), toRect([2, 2, 9, 9])]
  const sizes = [label, { width: 30, height: 10 }]
  t.match(layoutLabels(boxes, sizes, { width: 40, height: 30 }), [null, { x: Number, y: Number }])
})

t.test('no boxes need no places', async (t) => {
  t.same(layoutLabels([], [], picture), [])
})

t.test(
  'among many signs every label stays inside, few cover another, and the layout is the same each time',
  async (t) => {
    for (const count of [5, 30, 300]) {
      const boxes = scattered(count)
      const sizes = boxes.map((_, index) => ({ width: 60 + (index % 5) * 15, height: 18 }))
      const large = { width: 1920, height: 1080 }
      const places = layoutLabels(boxes, sizes, large)
      const rects = places.map((place, index) => ({
        x1: place!.x,
        y1: place!.y,
        x2: place!.x + sizes[index]!.width,
        y2: place!.y + sizes[index]!.height,
      }))
      t.ok(rects.every((rect) => rect.x1 >= 0 && rect.y1 >= 0 && rect.x2 <= large.width && rect.y2 <= large.height))
      const covering = rects.filter((rect) => rects.some((other) => other !== rect && overlapArea(rect, other) > 0))
      t.ok(covering.length <= count * 0.1, `${covering.length} of ${count} cover another`)
      t.same(layoutLabels(boxes, sizes, large), places)
    }
  },
)

function toRect([x1, y1, x2, y2]: [number, number, number, number]): Rect {
  return { x1, y1, x2, y2 }
}

/** Boxes of 8 to 60 pixels all over a 1080p picture, the same each time. */
function scattered(count: number): Rect[] {
  let state = 1
  const next = (below: number) => {
    state = (state * 48271) % 2147483647
    return state % below
  }
  return Array.from({ length: count }, () => {
    const side = 8 + next(53)
    const x1 = next(1920 - side)
    const y1 = next(1080 - side)
    return { x1, y1, x2: x1 + side, y2: y1 + side }
  })
}
