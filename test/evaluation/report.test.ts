import t from 'tap'
import { UsageError } from '../../src/cli/arguments.ts'
import { parseEvalArguments } from '../../src/cli/eval-arguments.ts'
import { windowAround } from '../../src/evaluation/crop-cases.ts'
import type { EvaluatedRun, Evaluation } from '../../src/evaluation/evaluate.ts'
import { FloorError, missedFloors, parseFloors } from '../../src/evaluation/floors.ts'
import { type CaseGroup, escapeHtml, toReportHtml } from '../../src/evaluation/report-html.ts'
import { toReportJson } from '../../src/evaluation/report-json.ts'
import { confusionMatrix, detailTables, overviewTable } from '../../src/evaluation/report-table.ts'
import { scorePhotos } from '../../src/evaluation/score.ts'
import { SignNames } from '../../src/evaluation/sign-names.ts'
import type { Found, Truth } from '../../src/evaluation/signs.ts'

const hostile = `<img src=x onerror="alert('1')">&`
const names = new SignNames([{ code: 'pl40', name: '限速40', name_en: '40', category: 'prohibitory' }])
const rule = { minIou: 0.45, confidence: 0.5, thresholds: [0.25, 0.5] }
const box = { x1: 0, y1: 0, x2: 10, y2: 10 }
const truth: Truth = { box, category: null, classCode: null, reading: null, name: hostile, isIgnored: false }
const found: Found = { box, category: 'prohibitory', classCode: hostile, reading: null, confidence: 0.9 }
const photos = [
  { name: hostile, truths: [truth, { ...truth, box: { ...box, x1: 5 } }], found: [found] },
  { name: 'b', truths: [], found: [found] },
]
const run: EvaluatedRun = {
  mode: 'accurate',
  alteration: null,
  photos,
  times: [],
  score: scorePhotos(photos, names, rule),
  inferTime: { median: { cpu: 1, wall: 2 }, mean: { cpu: 3, wall: 4 } },
}
const evaluation: Evaluation = {
  model: { name: hostile, version: '1', precision: 'fp32' },
  labels: { format: 'own', photos: [], unlabelled: [hostile], missing: [hostile] },
  unknownNames: [{ name: hostile, count: 2 }],
  rule,
  lowestConfidence: 0.02,
  runs: [run, { ...run, alteration: 'night' }],
  decodeTime: null,
  failures: [],
}

t.test('nothing that comes from a file reaches the page unescaped, and the page loads nothing', async (t) => {
  const shown = [{ kind: 'wrong-name' as const, photo: hostile, truth, found, dataUri: 'data:image/jpeg;base64,AAAA' }]
  const groups: CaseGroup[] = [
    { kind: 'missed', all: 0, shown: [] },
    { kind: 'wrong-name', all: 3, shown },
  ]
  for (const language of ['zh-CN', 'en'] as const) {
    const page = toReportHtml(evaluation, groups, hostile, language)
    t.notMatch(page, /<img src=x/)
    t.notMatch(page, /onerror="/)
    t.notMatch(page, /<script|https?:|<link|@import|url\(/)
    t.match(page, /default-src 'none'/)
    t.match(page, /&lt;img src=x onerror=&quot;alert\(&#39;1&#39;\)&quot;&gt;&amp;/)
    t.equal(page.match(/<img /g)?.length, 1)
    t.match(page, language === 'en' ? /lang="en"[\s\S]*1 of 3/ : /lang="zh-CN"[\s\S]*显示 3 个中的 1 个/)
  }
  t.equal(escapeHtml(`<a b="c" d='e'>&`), '&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;')
})

t.test('tables have as many cells as columns, in both languages', async (t) => {
  for (const language of ['zh-CN', 'en'] as const) {
    const tables = [
      overviewTable(evaluation, language),
      ...detailTables(run.score, language),
      confusionMatrix(run.score, language),
    ]
    for (const { title, columns, rows } of tables) {
      t.same(
        rows.filter((row) => row.length !== columns.length),
        [],
        title,
      )
    }
  }
  t.same(confusionMatrix(run.score, 'en').rows, [
    ['(?)', '1', '1'],
    ['false alarm', '1', ''],
  ])
  t.same(
    overviewTable(evaluation, 'en').rows.map((row) => row[1]),
    ['as it is', 'night'],
  )
})

t.test('the JSON holds every figure in the words of the wire', async (t) => {
  const report = JSON.parse(toReportJson(evaluation))
  t.match(report, {
    rule: { min_iou: 0.45 },
    unknown_names: [{ name: hostile, count: 2 }],
    labels: { format: 'own', unlabelled: [hostile] },
    runs: [
      { mode: 'accurate', alteration: null, ap50_95: Number, operating_points: [{ confidence: 0.25, f1: Number }] },
      {},
    ],
  })
  t.notOk('photos' in report.runs && Array.isArray(report.runs[0].photos), 'not every find of every photo')
})

t.test('floors are read, and those that a run misses are named', async (t) => {
  t.match(parseFloors('AP50=0.95, recall@0.5>=.9,false_alarms@0.5<=0.2,fast:night:AP=0.6,ece=0.1'), [
    { measure: 'AP50', confidence: null, limit: 0.95, direction: 'at-least', mode: null, alteration: null },
    { measure: 'recall', confidence: 0.5, limit: 0.9, direction: 'at-least' },
    { measure: 'false_alarms', direction: 'at-most' },
    { measure: 'AP', mode: 'fast', alteration: 'night' },
    { measure: 'ece', direction: 'at-most' },
  ])
  for (const text of [
    '',
    'AP50',
    'AP50=',
    'AP=high',
    'speed=1',
    'recall=0.5',
    'AP@0.5=0.5',
    'recall@2=0.5',
    'dusk:AP=1',
    'toString=1',
    'AP=1,',
  ]) {
    t.throws(() => parseFloors(text), FloorError, text)
  }
  for (const text of ['false_alarms@0<=300', 'recall@0.019=0.5', 'night:precision@.01=1']) {
    const refused = { name: 'FloorError', message: `${text} (@ ≥ 0.02)` }
    t.throws(() => parseFloors(text), refused, 'finds of less confidence are not collected')
  }
  t.match(parseFloors('recall@0.02=0.5'), [{ confidence: 0.02 }])
  // One hit, one missed, one false alarm on two photos.
  const missed = missedFloors(
    parseFloors(
      'recall@0.5=0.5,recall@0.5=0.51,precision@0.5<=0.4,false_alarms@0.5=0.5,false_alarms@0.5=0.4,class_accuracy=0,night:AP=0,night:AP=1,max:AP=1',
    ),
    evaluation.runs,
  )
  t.same(
    missed.map(({ floor, value }) => [floor.text, value]),
    [
      ['recall@0.5=0.51', 0.5],
      ['precision@0.5<=0.4', 0.5],
      ['false_alarms@0.5=0.4', 0.5],
      ['class_accuracy=0', null],
      ['night:AP=1', run.score.ap],
    ],
  )
})

t.test('the command line is checked before anything is loaded', async (t) => {
  t.match(
    parseEvalArguments(['d', '-m', 'fast,max', '--alter', 'rain,night', '-c', '0.3', '--floor', 'recall@0.7=1'], 'en'),
    {
      dir: 'd',
      modes: ['fast', 'max'],
      alterations: ['rain', 'night'],
      thresholds: [0.25, 0.3, 0.4, 0.5, 0.6, 0.7],
      minIou: 0.5,
      precision: 'fp32',
    },
  )
  t.equal(parseEvalArguments(['d', '--alter', 'all'], 'en').alterations.length, 7)
  const wrong: [string[], RegExp][] = [
    [[], /Give one folder/],
    [['a', 'b'], /Give one folder/],
    [['d', '--mode', 'fast,turbo'], /--mode cannot be "turbo": expected fast \| balanced/],
    [['d', '--alter', 'snow'], /--alter cannot be "snow".*\| all/],
    [['d', '--iou', '0'], /--iou cannot be "0": expected 0.01 … 1/],
    [['d', '--precision', 'fp16'], /expected fp32 \| int8/],
    [['d', '--format', 'tt100k'], /own \| yolo \| voc \| coco/],
    [['d', '--pictures', '1.5'], /--pictures/],
    [['d', '--floor', 'speed=1'], /--floor cannot be "speed=1"/],
    [['d', '--floor', 'f1@0=1'], /--floor cannot be "f1@0=1 \(@ ≥ 0\.02\)"/],
    [['d', '--floor', 'night:AP=1'], /"night:AP=1" is about a mode or alteration that is not evaluated/],
    [['d', '--sign-free', '--map', 'm'], /--sign-free does not go with --map/],
    [['d', '--what'], /Wrong option/],
  ]
  for (const [args, problem] of wrong) {
    t.throws(() => parseEvalArguments(args, 'en'), problem, args.join(' '))
    t.throws(() => parseEvalArguments(args, 'zh-CN'), UsageError)
  }
})

t.test('a crop shows the sign in its street, inside the photo', async (t) => {
  const photo = { width: 200, height: 50 }
  t.same(windowAround({ x1: 90, y1: 20, x2: 110, y2: 40 }, photo), { x: 64, y: 0, width: 72, height: 50, side: 72 })
  t.match(windowAround({ x1: 0, y1: 0, x2: 50, y2: 50 }, photo), { x: 0, width: 150 })
  t.match(windowAround({ x1: 190, y1: 0, x2: 200, y2: 10 }, photo), { x: 128 })
})
