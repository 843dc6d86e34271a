import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse as parseYaml } from 'yaml'
import type { Record as RecordView } from '../../src/contract/index.ts'
import { parseCocoLabels } from '../../src/evaluation/labels/coco-labels.ts'
import type { LabelledPhoto } from '../../src/evaluation/labels/label-set.ts'
import { readLabels } from '../../src/evaluation/labels/read-labels.ts'
import { sign } from '../records/record-fixture.ts'
import { type Exports, openExports, unpack } from './export-fixture.ts'
import { readCsv, type ZipEntry } from './readers.ts'

const read = (entries: Map<string, ZipEntry>, name: string) => String(entries.get(name)?.bytes)
const anyFormat = { format: null, labelFile: null, classFile: null, unlabelledAreEmpty: false, isSignFree: false }

/** Four records: one reviewed, one half reviewed, one untouched, one without signs. The last one's picture is lost. */
async function fill({ insert, db, store }: Exports): Promise<void> {
  const box = (code: Parameters<typeof sign>[0], confidence: number, bbox: [number, number, number, number]) => {
    return { ...sign(code, confidence), bbox }
  }
  const reviewed = await insert({
    ...{ fileName: '街道 1.jpg', width: 640, height: 480 },
    detections: [box('p5', 0.91, [10, 20, 30, 47]), box('i5', 0.5, [600, 440, 640, 480])],
  })
  const half = await insert({
    ...{ fileName: 'road.jpg', width: 1920, height: 1080 },
    detections: [box('w57', 0.7, [0, 0, 19, 21]), box('p5', 0.6, [5, 6, 105, 206])],
  })
  await insert({ fileName: 'road.jpg', userId: 2, detections: [box('pl60', 0.8123, [100, 100, 133, 131])] })
  await insert({ fileName: 'empty.jpg' })
  for (const n of [1, 2, 3]) store(`uploads/2026-01-02/${n}.jpg`)
  await db.record.update({
    where: { id: reviewed },
    data: { reviewState: 'reviewed', reviewVersion: 1, reviewerId: 3 },
  })
  await db.record.update({ where: { id: half }, data: { reviewState: 'in_progress', reviewVersion: 1 } })
  await db.sign.updateMany({ where: { recordId: reviewed }, data: { verdict: 'accepted' } })
  await db.sign.updateMany({ where: { recordId: reviewed, classCode: 'i5' }, data: { verdict: 'corrected' } })
  await db.sign.updateMany({ where: { recordId: half, classCode: 'w57' }, data: { verdict: 'added' } })
}

/** Boxes as our own `npm run eval` reads them must be those of the records, by name and to half a pixel. */
function sameBoxes(t: Test, photos: LabelledPhoto[], records: RecordView[]) {
  for (const { name, boxes } of photos) {
    const record = records.find(({ record_id }) => name.startsWith(`images/${record_id}-`)) as RecordView
    const found = boxes.map(({ name, box, unit }) => {
      const [sx, sy] = unit === 'shares' ? [record.width, record.height] : [1, 1]
      return { code: name, bbox: [box.x1 * sx, box.y1 * sy, box.x2 * sx, box.y2 * sy].map(Math.round) }
    })
    t.same(
      found,
      record.detections.map(({ class_code: code, bbox }) => ({ code, bbox })),
      name,
    )
  }
}

t.test('CSV has a row for each sign, and one for a record without', async (t) => {
  const exports = await openExports(t)
  await fill(exports)
  const records = await exports.listed()
  const answer = await exports.get('format=csv')
  t.equal(answer.headers.get('content-type'), 'text/csv; charset=utf-8')
  t.match(answer.headers.get('content-disposition'), /^attachment; filename="hzsystem-\d{4}-\d\d-\d\d\.csv"$/)
  const bytes = Buffer.from(await answer.arrayBuffer())
  t.same([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf], 'Excel is told that it is UTF-8')
  const text = (value: unknown) => String(value ?? '')
  const expected = records.flatMap((record) => {
    const { record_id, file_name, created_at, user_id, width, height, model_name, model_version } = record
    const own = { record_id, file_name, created_at, user_id, width, height, model_name, model_version }
    const signs = record.detections.map(({ bbox: [x1, y1, x2, y2], ...rest }) => ({ ...rest, x1, y1, x2, y2 }))
    const none = { class_code: '', class_name: '', class_name_en: '', category: '', confidence: '', verdict: '' }
    return (signs.length > 0 ? signs : [{ ...none, x1: '', y1: '', x2: '', y2: '' }]).map((cells) => {
      const row = { ...own, review_state: record.review.state, ...cells }
      return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, text(value)]))
    })
  })
  t.equal(expected.length, 6)
  t.same(readCsv(bytes.toString()), expected)
  const archive = await exports.unzip('format=csv&pictures=true')
  for (const { picture, record_id } of readCsv(read(archive, 'records.csv'))) {
    t.equal(archive.has(picture as string), record_id !== '4', String(picture))
  }
})

t.test('cells that a spreadsheet would run are told to be text, and quotes and line ends survive', async (t) => {
  const { insert, text } = await openExports(t)
  const hostile = ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '=cmd|"/c calc"!A1', '-2,"3"']
  const harmless = ['a=b', 'two\r\nlines', '"quoted"', 'a,b', "'", ' =1']
  for (const fileName of [...hostile, ...harmless]) await insert({ fileName })
  const names = readCsv(await text('format=csv')).map((row) => row.file_name)
  t.same(names.reverse(), [...hostile.map((name) => `'${name}`), ...harmless])
})

t.test('JSON is the records as the API has them', async (t) => {
  const exports = await openExports(t)
  await fill(exports)
  const records = await exports.listed()
  t.same(await exports.json('format=json'), records)
  const archive = await exports.unzip('format=json&pictures=true')
  const withPictures = JSON.parse(read(archive, 'records.json')) as Array<RecordView & { picture: string }>
  t.same(
    withPictures.map(({ picture: _, ...record }) => record),
    records,
  )
  for (const { picture, source_image_url, record_id } of withPictures.filter((record) => record.record_id !== 4)) {
    t.equal(read(archive, picture), `picture ${source_image_url?.slice('/media/'.length)}`, `of ${record_id}`)
    t.notOk(archive.get(picture)?.isDeflated, 'pictures are stored')
  }
})

t.test('COCO reads back through our own reader, with reviews and scores', async (t) => {
  const exports = await openExports(t)
  await fill(exports)
  const records = await exports.listed()
  const text = await exports.text('format=coco')
  const coco = JSON.parse(text)
  t.same(
    parseCocoLabels(text, 'x.json').map(({ size }) => size),
    records.map(({ width, height }) => ({ width, height })),
  )
  t.match(coco.categories, [
    { id: 1, name: 'pl60', supercategory: 'prohibitory', name_zh: '限速60', name_en: 'Speed limit 60' },
    { id: 2, name: 'w57', supercategory: 'warning', name_zh: '注意行人' },
    { id: 3, name: 'p5' },
    { id: 4, name: 'i5' },
  ])
  t.match(coco.annotations, [
    { image_id: 3, bbox: [100, 100, 33, 31], area: 33 * 31, iscrowd: 0, score: 0.8123 },
    { image_id: 2, attributes: { verdict: 'added', reviewed: false } },
    { image_id: 2, score: 0.6, attributes: { verdict: null, reviewed: false } },
    { image_id: 1, attributes: { verdict: 'accepted', reviewed: true } },
    { image_id: 1, attributes: { verdict: 'corrected', reviewed: true } },
  ])
  t.same(
    coco.annotations.map((one: { score?: number }) => 'score' in one),
    [true, false, true, false, false],
    'what a person has judged has no score',
  )
  t.match(coco.images.at(-1), { original_file_name: '街道 1.jpg', reviewed: true })
  const dir = join(exports.dir, 'unpacked')
  unpack(dir, await exports.unzip('format=coco&pictures=true'))
  const labels = await readLabels(dir, anyFormat)
  t.equal(labels.format, 'coco')
  t.same([labels.photos.length, labels.missing, labels.unlabelled], [3, ['4-empty.jpg'], []])
  sameBoxes(t, labels.photos, records)
})

t.test('YOLO reads back through our own reader; a picture without signs has an empty file', async (t) => {
  const exports = await openExports(t)
  await fill(exports)
  exports.store('uploads/2026-01-02/4.jpg')
  const archive = await exports.unzip('format=yolo&pictures=true')
  const dir = join(exports.dir, 'unpacked')
  unpack(dir, archive)
  const labels = await readLabels(dir, anyFormat)
  t.equal(labels.format, 'yolo')
  t.same([labels.photos.length, labels.missing, labels.unlabelled], [4, [], []])
  t.ok(labels.photos.every(({ labelFile }) => labelFile?.startsWith(join(dir, 'labels'))))
  sameBoxes(t, labels.photos, await exports.listed())
  t.equal(archive.get('labels/4-empty.txt')?.bytes.length, 0)
  t.same(parseYaml(read(archive, 'data.yaml')), {
    ...{ path: '.', train: 'images', val: 'images', nc: 4 },
    names: { 0: 'pl60', 1: 'w57', 2: 'p5', 3: 'i5' },
    names_zh: { 0: '限速60', 1: '注意行人', 2: '禁止掉头', 3: '靠右侧道路行驶' },
    names_en: { 0: 'Speed limit 60', 1: 'Pedestrians', 2: 'No U-turn', 3: 'Keep right' },
  })
  t.equal(read(archive, 'classes.txt'), 'pl60\nw57\np5\ni5\n')
  t.equal(read(archive, 'reviewed.txt'), './images/1-街道_1.jpg\n')
  const plain = await exports.unzip('format=yolo')
  t.same(
    [...plain.keys()].filter((name) => !archive.has(name) || name.startsWith('images/')),
    [],
    'without pictures it is a zip as well',
  )
})

t.test('Label Studio gets what people said as ground truth, and the rest as predictions', async (t) => {
  const exports = await openExports(t)
  await fill(exports)
  const tasks = await exports.json('format=label-studio')
  t.match(
    tasks.map((task: { data: object }) => task.data),
    [4, 3, 2, 1].map((n) => ({ image: `/media/uploads/2026-01-02/${n}.jpg`, record_id: n })),
  )
  const [empty, untouched, half, reviewed] = tasks
  t.same(empty.predictions, [{ model_version: 'hz-signs 1.0.0', score: 0, result: [] }])
  t.match(untouched.predictions, [{ score: 0.8123, result: [{ score: 0.8123 }] }])
  t.match(half.predictions, [{ result: [{ meta: { text: ['added'] } }, { score: 0.6 }] }])
  t.notOk(half.annotations)
  t.notOk(reviewed.predictions)
  const [annotation] = reviewed.annotations
  t.match(annotation, { ground_truth: true, was_cancelled: false })
  t.match(annotation.result, [
    { type: 'rectanglelabels', from_name: 'label', to_name: 'image', original_width: 640, original_height: 480 },
    { value: { x: 93.75, width: 6.25, rotation: 0, rectanglelabels: ['i5'] }, meta: { text: ['corrected'] } },
  ])
  const { x, y, width, height } = annotation.result[0].value
  t.same([x * 6.4, y * 4.8, width * 6.4, height * 4.8].map(Math.round), [10, 20, 20, 27])
  const archive = await exports.unzip('format=label-studio&pictures=true')
  for (const { data } of JSON.parse(read(archive, 'tasks.json'))) {
    const [, path] = /^\/data\/local-files\/\?d=images\/(.*)$/.exec(data.image) ?? []
    t.equal(archive.has(`images/${decodeURIComponent(path as string)}`), data.record_id !== 4, data.image)
  }
  const config = read(archive, 'label-config.xml')
  t.match(config, '<Image name="image" value="$image"')
  t.same(
    [...config.matchAll(/<Label value="(\w+)" hint="([^"]+)"/g)].map(([, code, hint]) => [code, hint]),
    [
      ['pl60', '限速60 Speed limit 60'],
      ['w57', '注意行人 Pedestrians'],
      ['p5', '禁止掉头 No U-turn'],
      ['i5', '靠右侧道路行驶 Keep right'],
    ],
  )
})

t.test('of no records, every format is whole and empty', async (t) => {
  const { text, json, unzip } = await openExports(t)
  t.same(readCsv(await text('format=csv')), [])
  t.same(await json('format=json'), [])
  t.match(await json('format=coco'), { images: [], annotations: [], categories: [] })
  t.same(await json('format=label-studio'), [])
  t.same([...(await unzip('format=yolo')).keys()].sort(), ['classes.txt', 'data.yaml', 'reviewed.txt'])
  t.same([...(await unzip('format=json&pictures=true')).keys()], ['records.json'])
})
