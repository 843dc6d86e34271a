import t from 'tap'
import { averagePrecision, averagePrecisionOf, meanOf } from '../../src/evaluation/average-precision.ts'
import { casesOf } from '../../src/evaluation/cases.ts'
import { confusionsOf } from '../../src/evaluation/confusion.ts'
import { matchBoxes, pairUp, type Role } from '../../src/evaluation/match.ts'
import { scoreNaming } from '../../src/evaluation/naming.ts'
import { operatingPoint } from '../../src/evaluation/operating-points.ts'
import { isAnySign, isOfCategory, isOfClass } from '../../src/evaluation/questions.ts'
import { judgeFinds, reliabilityOf } from '../../src/evaluation/reliability.ts'
import type { Found, ScoredPhoto, Truth } from '../../src/evaluation/signs.ts'
import { scoreSizes } from '../../src/evaluation/sizes.ts'
import { summarize } from '../../src/evaluation/timing.ts'

/** A square of `side` at x, so that squares of different tens never touch. */
const square = (x: number, side = 10) => ({ x1: x, y1: 0, x2: x + side, y2: side })

function truth(x: number, more: Partial<Truth> = {}): Truth {
  const sign = { category: 'prohibitory', classCode: 'pl40', reading: null, name: 'pl40', isIgnored: false } as const
  return { box: square(x), ...sign, ...more }
}

function found(x: number, confidence: number, more: Partial<Found> = {}): Found {
  return { box: square(x), category: 'prohibitory', classCode: 'pl40', reading: null, confidence, ...more }
}

function photo(truths: Truth[], finds: Found[], name = 'a.jpg'): ScoredPhoto {
  return { name, truths, found: finds }
}

const kinds = (boxes: Parameters<typeof matchBoxes>[0], targets: [x: number, role: Role][], minIou = 0.5) =>
  matchBoxes(
    boxes,
    targets.map(([x, role]) => ({ box: square(x), role, of: x })),
    minIou,
  ).map((verdict) => (verdict.kind === 'hit' ? verdict.of : verdict.kind))

t.test('each sign is hit once, by the first box that fits, and that takes the sign it fits best', async (t) => {
  t.same(kinds([square(0), square(0)], [[0, 'counted']]), [0, 'false-alarm'], 'a duplicate is a false alarm')
  const near: [number, Role][] = [
    [0, 'counted'],
    [3, 'counted'],
  ]
  t.same(kinds([square(2), square(2)], near), [3, 0], 'IoU 9/11 beats 8/12; the second takes what is left')
  t.same(kinds([square(5)], [[0, 'counted']], 0.34), ['false-alarm'], 'IoU 5/15')
  t.same(kinds([square(5)], [[0, 'counted']], 1 / 3), [0], 'a fit of exactly the threshold is one')
  t.same(kinds([], [[0, 'counted']]), [])
  t.same(kinds([square(0)], []), ['false-alarm'])
})

t.test(
  'an ignored sign excuses any number of loose boxes, another excuse holds once, and a sign goes before both',
  async (t) => {
    t.same(kinds([square(6), square(6)], [[0, 'region']]), ['ignored', 'ignored'], 'IoU 4/16')
    t.same(kinds([square(7)], [[0, 'region']]), ['false-alarm'], 'IoU 3/17, and less than half lies on it')
    t.same(kinds([square(4, 2)], [[0, 'region']]), ['ignored'], 'wholly on it')
    t.same(kinds([square(8, 4)], [[0, 'region']]), ['ignored'], 'half of it, IoU 8/108')
    t.same(kinds([square(9, 4)], [[0, 'region']]), ['false-alarm'], 'a quarter of it')
    t.same(kinds([square(0), square(0)], [[0, 'excused']]), ['ignored', 'false-alarm'])
    const both: [number, Role][] = [
      [0, 'region'],
      [0, 'counted'],
    ]
    t.same(kinds([square(0)], both), [0])
  },
)

t.test('average precision by hand', async (t) => {
  const hit = (confidence: number) => ({ confidence, isHit: true })
  const alarm = (confidence: number) => ({ confidence, isHit: false })
  const cases = [
    { says: 'everything found', finds: [hit(0.9), hit(0.8)], signs: 2, ap: 1 },
    { says: 'nothing found', finds: [], signs: 2, ap: 0 },
    { says: 'no signs', finds: [alarm(0.9)], signs: 0, ap: null },
    { says: 'half found: recalls 0 … 0.50', finds: [hit(0.9)], signs: 2, ap: 51 / 101 },
    { says: 'a false alarm below all hits costs nothing', finds: [hit(0.9), alarm(0.1)], signs: 1, ap: 1 },
    { says: 'a false alarm above the only hit halves it', finds: [alarm(0.9), hit(0.8)], signs: 1, ap: 0.5 },
    {
      says: 'hit, alarm, hit: precision 1 to recall 0.5, then 2/3',
      finds: [hit(0.9), alarm(0.8), hit(0.7)],
      signs: 2,
      ap: (51 + 50 * (2 / 3)) / 101,
    },
    {
      says: 'precision is the best at that recall or beyond: alarm, hit, hit',
      finds: [alarm(0.9), hit(0.8), hit(0.7)],
      signs: 2,
      ap: 2 / 3,
    },
    { says: 'the order given does not matter', finds: [hit(0.7), alarm(0.9), hit(0.8)], signs: 2, ap: 2 / 3 },
    { says: 'of equals the first counts first', finds: [hit(0.5), alarm(0.5)], signs: 1, ap: 1 },
    { says: 'and the other way round', finds: [alarm(0.5), hit(0.5)], signs: 1, ap: 0.5 },
    { says: '29 of 100 reach recall 0.29', finds: Array.from({ length: 29 }, () => hit(1)), signs: 100, ap: 30 / 101 },
  ]
  for (const { says, finds, signs, ap } of cases) {
    const value = averagePrecision(finds, signs)
    if (ap === null) t.equal(value, null, says)
    else t.ok(Math.abs(value! - ap) < 1e-12, `${says}: ${value}`)
  }
  t.equal(meanOf([1, null, 0]), 0.5)
  t.equal(meanOf([null]), null)
})

t.test('a figure is about its category or class, and what the labels do not tell counts neither way', async (t) => {
  const unknown = truth(100, { category: null, classCode: null, name: 'foreign' })
  const ofCategory = truth(200, { category: 'warning', classCode: null, name: 'warning' })
  const photos = [
    photo(
      [truth(0), unknown, ofCategory],
      [
        found(100, 0.9, { classCode: 'p5' }),
        found(200, 0.8, { category: 'warning', classCode: 'w13' }),
        found(0, 0.7),
        found(200, 0.6, { classCode: 'p5' }),
      ],
    ),
  ]
  t.equal(averagePrecisionOf(photos, isAnySign, 0.5), 1, 'the false alarm comes last')
  t.equal(averagePrecisionOf(photos, isOfCategory('prohibitory'), 0.5), 1, 'the unknown sign is excused')
  t.equal(averagePrecisionOf(photos, isOfCategory('warning'), 0.5), 1)
  t.equal(averagePrecisionOf(photos, isOfCategory('mandatory'), 0.5), null)
  t.equal(averagePrecisionOf(photos, isOfClass('pl40', 'prohibitory'), 0.5), 1)
  const alarmed = [photo([truth(0), ofCategory], [found(200, 0.9), found(0, 0.7)])]
  t.equal(averagePrecisionOf(alarmed, isOfClass('pl40', 'prohibitory'), 0.5), 0.5, 'a warning is no speed limit')
})

t.test('operating points, sizes and false alarms by hand', async (t) => {
  const photos = [
    photo(
      [truth(0), truth(100), truth(300, { isIgnored: true })],
      [found(0, 0.9), found(200, 0.55), found(300, 0.5), found(100, 0.3)],
    ),
    photo([], [found(0, 0.6)], 'empty.jpg'),
  ]
  t.match(operatingPoint(photos, 0.5, 0.5), {
    hits: 1,
    missed: 1,
    falseAlarms: 2,
    precision: 1 / 3,
    recall: 0.5,
    f1: 0.4,
    falseAlarmsPerPhoto: 1,
    falseAlarmsPerSignFreePhoto: 1,
  })
  t.match(operatingPoint(photos, 0.5, 0.95), { precision: null, recall: 0, f1: 0 })
  t.match(operatingPoint([], 0.5, 0.5), { precision: null, recall: null, f1: null, falseAlarmsPerPhoto: null })

  const sized = [
    photo(
      [truth(0), truth(100, { box: square(100, 40) }), truth(200, { box: square(200, 40) })],
      [found(400, 0.99, { box: square(400, 200) }), found(0, 0.9), found(100, 0.8, { box: square(100, 40) })],
    ),
  ]
  const sizes = scoreSizes(sized, 0.5, 0.5)
  t.same(
    sizes.map(({ signs }) => signs),
    [1, 0, 2, 0, 0],
  )
  t.same(
    sizes.map(({ recall }) => recall),
    [1, null, 0.5, null, null],
  )
  t.equal(sizes[0]!.ap, 1, 'larger false alarms are not small ones')
  t.ok(Math.abs(sizes[2]!.ap! - 51 / 101) < 1e-12)
  t.same(sizes.at(-1), { from: 128, to: null, signs: 0, recall: null, ap: null })
})

t.test('a size begins at its border, and finding a sign of another size counts neither way', async (t) => {
  const sides = [15, 16, 31, 32, 63, 64, 127, 128]
  const one = photo(
    sides.map((side) => truth(side * 10, { box: square(side * 10, side) })),
    [],
  )
  t.same(
    scoreSizes([one], 0.5, 0.5).map(({ from, to, signs }) => [from, to, signs]),
    [
      [0, 16, 1],
      [16, 32, 2],
      [32, 64, 2],
      [64, 128, 2],
      [128, null, 1],
    ],
  )
  const near = photo(
    [truth(0), truth(100, { box: square(100, 17) })],
    [found(100, 0.9, { box: square(100, 15) }), found(0, 0.8)],
  )
  t.equal(scoreSizes([near], 0.5, 0.5)[0]!.ap, 1, 'a sign of 17 pixels is found as one of 15')
})

t.test('names, readings and confusions', async (t) => {
  const pm = { classCode: 'pm', reading: 'pm20', name: 'pm20' }
  const photos = [
    photo(
      [
        truth(0),
        truth(100, pm),
        truth(200, pm),
        truth(300, pm),
        truth(400, { category: 'warning', classCode: null, name: 'warning' }),
        truth(500),
      ],
      [
        found(0, 0.99, { classCode: 'pl60' }),
        found(100, 0.98, { classCode: 'pm', reading: 'pm20' }),
        found(200, 0.97, { classCode: 'pm', reading: 'pm30' }),
        found(300, 0.96, { classCode: 'pm' }),
        found(400, 0.95),
        found(600, 0.94),
      ],
    ),
  ]
  t.same(scoreNaming(photos, 0.5, 0.5, true), {
    categoryKnown: 5,
    categoryAccuracy: 0.8,
    classKnown: 4,
    classAccuracy: 0.75,
    readings: { known: 3, right: 1 / 3, wrong: 1 / 3, notGiven: 1 / 3 },
  })
  t.equal(scoreNaming(photos, 0.5, 0.5, false).readings, null)
  const misnamed = [photo([truth(0, pm)], [found(0, 0.9, { classCode: 'pl60' })])]
  t.same(
    scoreNaming(misnamed, 0.5, 0.5, true).readings,
    { known: 0, right: null, wrong: null, notGiven: null },
    'what is taken for another class is not read at all',
  )
  t.same(confusionsOf(photos, 0.5, 0.5), [
    { truth: 'pm', found: 'pm', count: 3, isWrong: false },
    { truth: '(warning)', found: 'pl40', count: 1, isWrong: true },
    { truth: 'pl40', found: 'pl60', count: 1, isWrong: true },
    { truth: 'pl40', found: null, count: 1, isWrong: true },
    { truth: null, found: 'pl40', count: 1, isWrong: true },
  ])
  t.same(
    casesOf(photos, 0.5, 0.5).map(({ kind, truth, found }) => [kind, truth?.name, found?.confidence]),
    [
      ['wrong-name', 'pl40', 0.99],
      ['wrong-name', 'pm20', 0.97],
      ['wrong-name', 'warning', 0.95],
      ['false-alarm', undefined, 0.94],
      ['missed', 'pl40', undefined],
    ],
  )
})

t.test('a missed sign shows what was too uncertain there, not what was found of its neighbour', async (t) => {
  const [near, weak] = [found(2, 0.9), found(101, 0.2)]
  const cases = casesOf([photo([truth(0), truth(4), truth(100)], [near, weak])], 0.5, 0.5)
  t.same(
    cases.map(({ kind, found }) => [kind, found]),
    [
      ['missed', weak],
      ['missed', null],
    ],
  )
  t.equal(pairUp(photo([truth(0, { isIgnored: true })], [found(0, 0.9)]), 0.5, 0.5).length, 0)
})

t.test('reliability by hand: bins, their shares, and the expected calibration error', async (t) => {
  const { bins, ece } = reliabilityOf([
    { confidence: 0.95, isRight: true },
    { confidence: 0.85, isRight: false },
    { confidence: 0.8, isRight: true },
    { confidence: 1, isRight: true },
    { confidence: 0.3, isRight: false },
  ])
  t.same(
    bins.map(({ finds }) => finds),
    [0, 0, 0, 1, 0, 0, 0, 0, 2, 2],
    '0.3 begins a bin, 1 ends the last',
  )
  t.match(bins[8], { from: 0.8, to: 0.9, meanConfidence: 0.825, shareRight: 0.5 })
  t.ok(Math.abs(ece! - (2 * 0.025 + 2 * 0.325 + 0.3) / 5) < 1e-12)
  t.equal(reliabilityOf([]).ece, null)
  t.equal(reliabilityOf([{ confidence: 1 - 0.9, isRight: true }]).bins[1]!.finds, 1, '0.1 but for the last bit is 0.1')
  const judged = judgeFinds(
    [photo([truth(0), truth(100, { isIgnored: true })], [found(0, 0.9), found(100, 0.8), found(200, 0.7)])],
    0.5,
  )
  t.same(judged, [
    { confidence: 0.9, isRight: true },
    { confidence: 0.7, isRight: false },
  ])
})

t.test('times are summed up by median and mean', async (t) => {
  const of = (ms: number) => ({ cpu: ms, wall: ms * 2 })
  t.same(summarize([of(1), of(9), of(2)]), { median: of(2), mean: of(4) })
  t.same(summarize([of(1), of(2)])?.median, of(1.5))
  t.equal(summarize([]), null)
})
