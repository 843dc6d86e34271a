import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import t, { type Test } from 'tap'
import { parseClassList } from '../../src/evaluation/labels/class-list.ts'
import { parseCocoLabels } from '../../src/evaluation/labels/coco-labels.ts'
import { LabelError, type LabelledPhoto } from '../../src/evaluation/labels/label-set.ts'
import { parseOwnLabels } from '../../src/evaluation/labels/own-labels.ts'
import { listFiles, PhotoIndex, stemOf } from '../../src/evaluation/labels/photo-files.ts'
import { type LabelOptions, readLabels } from '../../src/evaluation/labels/read-labels.ts'
import { parseVocLabels } from '../../src/evaluation/labels/voc-labels.ts'
import { parseYoloLabels } from '../../src/evaluation/labels/yolo-labels.ts'
import { parseNameMap, SignNames } from '../../src/evaluation/sign-names.ts'
import { truthsOf } from '../../src/evaluation/truths.ts'

function refuses(t: Test, read: () => unknown, problem: RegExp): void {
  try {
    read()
    t.fail(`accepted what is wrong: ${problem}`)
  } catch (err) {
    t.ok(err instanceof LabelError, `${err}`)
    t.match((err as LabelError).message, problem)
    t.match((err as LabelError).messageIn('zh-CN'), /[\u4e00-\u9fff]/)
  }
}

t.test('our own labels', async (t) => {
  const text = JSON.stringify({
    'a.jpg': [
      { box: [1, 2, 3, 4], fine: 'pl40', ignore: true },
      { box: [1, 2, 3, 4.5], code: 'p5' },
      { box: [1, 2, 3, 4], class_code: 'w13', more: 1 },
      { box: [1, 2, 3, 4], category: 'warning' },
    ],
    'empty.jpg': [],
  })
  const labels = parseOwnLabels(text, 'labels.json')
  t.same(
    labels.get('a.jpg')?.map(({ name, category, isIgnored }) => [name, category, isIgnored]),
    [
      ['pl40', null, true],
      ['p5', null, false],
      ['w13', null, false],
      [null, 'warning', false],
    ],
  )
  t.same(labels.get('a.jpg')?.[1]?.box, { x1: 1, y1: 2, x2: 3, y2: 4.5 })
  t.same(labels.get('empty.jpg'), [])
  const wrong: [string, RegExp][] = [
    ['{', /^labels\.json: is not JSON/],
    ['[]', /^labels\.json: must be object/],
    ['{"a.jpg":{}}', /a\.jpg: must be array/],
    ['{"a.jpg":[{"fine":"p5"}]}', /a\.jpg\[0\]: must have required properties box/],
    ['{"a.jpg":[{"box":[1,2,3],"fine":"p5"}]}', /a\.jpg\[0\]\.box/],
    ['{"a.jpg":[{"box":[1,2,3,"4"],"fine":"p5"}]}', /a\.jpg\[0\]\.box\[3\]: must be number/],
    ['{"a.jpg":[{"box":[3,2,1,4],"fine":"p5"}]}', /a\.jpg\[0\]\.box: the box has no width/],
    ['{"a.jpg":[{"box":[1,2,3,1e300],"fine":"p5"}]}', /not a number/],
    ['{"a.jpg":[{"box":[1,2,3,4]}]}', /a\.jpg\[0\]: one of fine, code/],
    ['{"a.jpg":[{"box":[1,2,3,4],"category":"danger"}]}', /a\.jpg\[0\]\.category/],
  ]
  for (const [text, problem] of wrong) refuses(t, () => parseOwnLabels(text, 'labels.json'), problem)
})

t.test("YOLO's boxes and outlines, and its lists of classes", async (t) => {
  const names = new Map([
    [0, 'pl40'],
    [7, 'p5'],
  ])
  const boxes = parseYoloLabels('\uFEFF0 0.5 0.5 0.2 0.4\r\n\r\n7 0.1 0.1 0.3 0.1 0.3 0.2\n', 'a.txt', names)
  t.match(boxes, [
    { box: { x1: 0.4, y1: 0.3, x2: 0.6, y2: 0.7 }, unit: 'shares', name: 'pl40' },
    { box: { x1: 0.1, y1: 0.1, x2: 0.3, y2: 0.2 }, name: 'p5' },
  ])
  t.same(parseYoloLabels('', 'a.txt', names), [])
  t.equal(parseYoloLabels('3 .5 .5 .2 .2', 'a.txt', null)[0]?.name, '3', 'without a list the number is the name')
  const wrong: [string, RegExp][] = [
    ['0 0.5 0.5 0.2', /^a\.txt: line 1: after the class come 4 numbers/],
    ['\n0 0.5 0.5 0.2 0.4 0.9', /line 2: after the class/],
    ['0 300 200 20 20', /line 1: coordinates must be shares/],
    ['0 0.5 0.5 nan 0.2', /line 1: coordinates must be shares/],
    ['0 0.5 0.5 0 0.2', /line 1: the box has no width/],
    ['pl40 0.5 0.5 0.2 0.2', /line 1: "pl40" is not a class number/],
    ['-1 0.5 0.5 0.2 0.2', /"-1" is not/],
    ['5 0.5 0.5 0.2 0.2', /line 1: the list of classes has no class 5/],
  ]
  for (const [text, problem] of wrong) refuses(t, () => parseYoloLabels(text, 'a.txt', names), problem)

  const lists: [file: string, text: string][] = [
    ['data.yaml', 'names: {1: p5, 0: pl40}'],
    ['classes.txt', 'pl40\r\np5\n'],
    ['data.yaml', 'train: x\nnames: [pl40, p5]\n'],
    ['data.yml', 'names:\n  0: pl40\n  1: p5\n'],
    ['classes.json', '["pl40", "p5"]'],
    ['classes.json', '{"0": "pl40", "1": "p5"}'],
    ['classes.json', '{"p5": 1, "pl40": 0}'],
  ]
  for (const [file, text] of lists) {
    t.same(
      [...parseClassList(text, file)].sort(),
      [
        [0, 'pl40'],
        [1, 'p5'],
      ],
      `${file}: ${text}`,
    )
  }
  const numeric: [file: string, text: string][] = [
    ['data.yaml', 'names: [20, 30.5]'],
    ['data.yaml', 'names:\n  0: 20\n  1: 30.5\n'],
    ['data.yaml', 'names: {"20": 0, 30.5: 1}'],
    ['classes.json', '[20, "30.5"]'],
    ['classes.json', '{"1": 30.5, "0": 20}'],
  ]
  for (const [file, text] of numeric) {
    t.same(Object.fromEntries(parseClassList(text, file)), { 0: '20', 1: '30.5' }, `${file}: ${text}`)
  }
  refuses(t, () => parseClassList('names: {0: pl40, p5: 1}', 'd.yaml'), /names\.0: must be a number and a name/)
  refuses(t, () => parseClassList('names: [a, null]', 'd.yaml'), /names\[1\]: must be a number and a name/)
  refuses(t, () => parseClassList('names: [a, {b: 1}]', 'd.yaml'), /^d\.yaml: names\[1\]: must be a number and a name/)
  refuses(t, () => parseClassList('names: 5', 'd.yaml'), /names: must be a list/)
  refuses(t, () => parseClassList('nc: 5', 'd.yaml'), /names: must be a list/)
  refuses(t, () => parseClassList('a: [1,\nb: "', 'd.yaml'), /^d\.yaml: line \d+: is not YAML/)
  refuses(t, () => parseClassList('{"a": 1, "b": 1}', 'c.json'), /b: the number 1 appears twice/)
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\n${'bcdefghi'.replace(/./g, (c, i) => `${c}: &${c} [${Array(10).fill(`*${'abcdefgh'[i]}`)}]\n`)}names: *i`
  refuses(t, () => parseClassList(bomb, 'd.yaml'), /is not YAML: Excessive alias count/)
})

t.test('Pascal VOC', async (t) => {
  const xml = `<?xml version="1.0"?><annotation><filename>a.jpg</filename><size><width>64</width><height>48</height></size>
<object><name>pl40 </name><difficult>1</difficult><part><bndbox><xmin>0</xmin></bndbox></part>
<bndbox><ymin>2</ymin><xmin>1</xmin><xmax>30.5</xmax><ymax>4</ymax></bndbox></object>
<object><name>a &amp; b</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox></object></annotation>`
  const { fileName, size, boxes } = parseVocLabels(xml, 'a.xml')
  t.same([fileName, size], ['a.jpg', { width: 64, height: 48 }])
  t.match(boxes, [
    { name: 'pl40', isIgnored: true, box: { x1: 1, y1: 2, x2: 30.5, y2: 4 } },
    { name: 'a & b', isIgnored: false },
  ])
  t.same(parseVocLabels('<annotation/>', 'a.xml'), { fileName: null, size: null, boxes: [] })
  const object = (inside: string) => `<annotation>\n<object>${inside}</object></annotation>`
  const wrong: [string, RegExp][] = [
    ['', /^a\.xml: line 1: is not XML/],
    ['<annotation><object></annotation>', /^a\.xml: line 1: is not XML/],
    ['<html/>', /line 1: there is no <annotation>/],
    [object('<name>p5</name>'), /line 2, <object>: there is no <bndbox>/],
    [object('<bndbox><xmin>1</xmin></bndbox>'), /line 2, <bndbox>: there is no <ymin>/],
    [object('<bndbox><xmin>one</xmin></bndbox>'), /line 2, <xmin>: "one" is not a number/],
    [
      object('<bndbox><xmin>5</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox><name>p5</name>'),
      /line 2, <bndbox>: the box has no width/,
    ],
    [
      '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation><filename>&x;</filename></annotation>',
      /is not XML/,
    ],
    ['<a>'.repeat(200_000), /is not XML/],
  ]
  for (const [text, problem] of wrong) refuses(t, () => parseVocLabels(text, 'a.xml'), problem)
})

t.test('COCO', async (t) => {
  const coco = {
    images: [
      { id: 1, file_name: 'a.jpg', width: 64, height: 48 },
      { id: 2, file_name: 'empty.jpg' },
    ],
    annotations: [
      { image_id: 1, category_id: 9, bbox: [1, 2, 3, 4] },
      { image_id: 1, category_id: 9, bbox: [1, 2, 3, 4], iscrowd: 1 },
    ],
    categories: [{ id: 9, name: 'pl40' }],
  }
  const [first, second] = parseCocoLabels(JSON.stringify(coco), 'c.json')
  t.match(first, { fileName: 'a.jpg', size: { width: 64, height: 48 } })
  t.match(first?.boxes, [{ box: { x1: 1, y1: 2, x2: 4, y2: 6 }, name: 'pl40', isIgnored: false }, { isIgnored: true }])
  t.same(second, { fileName: 'empty.jpg', size: null, boxes: [] })
  const wrong: [object, RegExp][] = [
    [{ ...coco, images: [{ id: 1 }] }, /^c\.json: images\[0\]: must have required properties file_name/],
    [
      { ...coco, annotations: [{ image_id: 7, category_id: 9, bbox: [1, 2, 3, 4] }] },
      /annotations\[0\]\.image_id: nothing has the id 7/,
    ],
    [{ ...coco, annotations: [{ image_id: 1, category_id: 7, bbox: [1, 2, 3, 4] }] }, /annotations\[0\]\.category_id/],
    [
      { ...coco, annotations: [{ image_id: 1, category_id: 9, bbox: [1, 2, 0, 4] }] },
      /annotations\[0\]\.bbox: the box has no width/,
    ],
    [{ ...coco, images: [...coco.images, { id: 1, file_name: 'b.jpg' }] }, /images\[2\]\.id: the id 1 appears twice/],
  ]
  for (const [value, problem] of wrong) refuses(t, () => parseCocoLabels(JSON.stringify(value), 'c.json'), problem)
})

t.test(
  'a photo is found by an end of its path that is its alone, and in no other folder than labels say',
  async (t) => {
    const index = new PhotoIndex('/data/set', ['a.jpg', 'x/a.jpg', 'x/b.jpg', 'y/c.jpg', 'z/c.jpg', 'x/y/d.jpg'])
    const found: Record<string, string | null> = {
      'a.jpg': 'a.jpg', // A whole path first.
      'b.jpg': 'x/b.jpg',
      './x//b.jpg': 'x/b.jpg',
      'y\\d.jpg': 'x/y/d.jpg',
      '../../x/b.jpg': 'x/b.jpg',
      'c.jpg': null, // Two of that name.
      'y/b.jpg': null,
      'y/a.jpg': null,
      'other/x/a.jpg': null,
      // Below the folder's own name, and below those of the folders above it.
      'set/b.jpg': 'x/b.jpg',
      'data/set/x/a.jpg': 'x/a.jpg',
      '../set/x/a.jpg': 'x/a.jpg',
      'other/set/x/a.jpg': null,
      'ata/set/x/a.jpg': null,
      'set/y/b.jpg': null,
      // From the root, here and on another computer.
      '/data/set/x/b.jpg': 'x/b.jpg',
      '/data/set/b.jpg': null,
      '/data/set/w/a.jpg': null,
      '/home/me/x/b.jpg': 'x/b.jpg',
      'C:\\photos\\x\\a.jpg': 'x/a.jpg',
      'C:\\photos\\a.jpg': 'a.jpg',
      '/home/me/b.jpg': null,
    }
    for (const [name, photo] of Object.entries(found)) t.equal(index.find(name), photo, name)
    t.equal(new PhotoIndex('.', ['b.jpg']).find(`${resolve('.').split(/[\\/]/).at(-1)}/b.jpg`), 'b.jpg')
    t.equal(new PhotoIndex('/d', ['a.png', 'a.jpg'], stemOf).find('a'), null)
  },
)

t.test('labels in files of their own belong to the photo in the same place, and to no other of its name', async (t) => {
  const cases: [labels: string, photos: string[], expected: string | null][] = [
    ['train/labels/1.txt', ['train/images/1.jpg', 'val/images/1.jpg'], 'train/images/1.jpg'],
    ['labels/train/1.txt', ['images/train/1.jpg', 'images/val/1.jpg'], 'images/train/1.jpg'],
    ['labels/1.txt', ['1.jpg', 'images/1.jpg'], 'images/1.jpg'],
    ['labels/1.txt', ['1.jpg', 'JPEGImages/1.jpg'], 'JPEGImages/1.jpg'],
    ['labels/1.txt', ['1.jpg', 'images/2.jpg'], null],
    ['labels/1.txt', ['1.jpg', 'val/1.jpg'], '1.jpg'],
    ['labels/1.txt', ['photos/1.jpg'], 'photos/1.jpg'],
    ['labels/1.txt', ['photos/1.jpg', 'more/1.jpg'], null],
    ['labels/1.txt', ['images/1.jpg', 'images/1.png'], null],
    ['train/labels/1.txt', ['train/1.jpg'], 'train/1.jpg'],
    ['labels/train/1.txt', ['val/1.jpg'], null],
    ['train/labels/1.txt', ['val/images/1.jpg'], null],
    ['train/1.txt', ['train/1.jpg', 'val/1.jpg'], 'train/1.jpg'],
    ['train/1.txt', ['val/1.jpg'], null],
    ['train/1.txt', ['1.jpg'], null],
    ['train/Annotations/1.xml', ['train/JPEGImages/1.jpg', 'val/JPEGImages/1.jpg'], 'train/JPEGImages/1.jpg'],
    ['annotations/1.xml', ['images/1.jpg', 'other/1.jpg'], 'images/1.jpg'],
  ]
  for (const [labels, photos, expected] of cases) {
    const found = new PhotoIndex('/d', photos, stemOf).findLabelledBy(stemOf(labels))
    t.equal(found, expected, `${labels} of ${photos.join(', ')}`)
  }
})

const defaults: LabelOptions = {
  format: null,
  labelFile: null,
  classFile: null,
  unlabelledAreEmpty: false,
  isSignFree: false,
}

async function folder(t: Test, files: Record<string, string>): Promise<string> {
  const dir = t.testdir()
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true })
    await writeFile(join(dir, name), text)
  }
  return dir
}

t.test('files are called by their paths below the folder, however that is written', async (t) => {
  const dir = await folder(t, { 'ab.jpg': '', 'x/cd.jpg': '', '.hidden/e.jpg': '' })
  const before = process.cwd()
  t.teardown(() => process.chdir(before))
  process.chdir(join(dir, 'x'))
  for (const same of [dir, `${dir}/`, '..', '../', '.././', '../x/..']) {
    t.same(await listFiles(same), ['ab.jpg', 'x/cd.jpg'], same)
  }
  for (const same of ['.', './', '../x']) t.same(await listFiles(same), ['cd.jpg'], same)
})

const boxCounts = (photos: LabelledPhoto[]) => Object.fromEntries(photos.map(({ name, boxes }) => [name, boxes.length]))

t.test('a folder is read in the format that lies in it', async (t) => {
  const coco = {
    images: [
      { id: 1, file_name: 'train/a.jpg' },
      { id: 2, file_name: 'gone.jpg' },
      { id: 3, file_name: 'train/b.jpg' },
    ],
    annotations: [],
    categories: [],
  }
  const cases: { files: Record<string, string>; expected: object }[] = [
    {
      files: { 'a.jpg': '', 'b.jpg': '', 'b.detected.jpg': '', 'labels.json': '{"a.jpg": [], "gone.jpg": []}' },
      expected: { format: 'own', unlabelled: ['b.jpg'], missing: ['gone.jpg'] },
    },
    {
      files: {
        'images/val/a.jpg': '',
        'images/val/b.jpg': '',
        'labels/val/a.txt': '0 .5 .5 .1 .1',
        'data.yaml': 'names: [p5]',
        'val.txt': 'images/val/a.jpg',
      },
      expected: { format: 'yolo', unlabelled: ['images/val/b.jpg'], missing: [] },
    },
    {
      files: {
        'train/images/1.jpg': '',
        'train/labels/1.txt': '0 .5 .5 .1 .1',
        'train/labels/2.txt': '',
        'train/labels/gone.txt': '',
        'val/images/1.jpg': '',
        'val/images/2.jpg': '',
        'val/labels/1.txt': '',
        'more/2.txt': '',
        'notes.txt': 'no boxes',
        'annotations/notes.txt': 'no boxes',
      },
      expected: {
        format: 'yolo',
        unlabelled: ['val/images/2.jpg'],
        missing: ['more/2.txt', 'train/labels/2.txt', 'train/labels/gone.txt'],
      },
    },
    {
      files: { 'a.jpg': '', 'a.txt': '', 'notes.json': '{' },
      expected: { format: 'yolo', unlabelled: [], missing: [] },
    },
    {
      files: {
        'JPEGImages/a.JPG': '',
        'Annotations/a.xml': '<annotation/>',
        'Annotations/gone.xml': '<annotation/>',
        'labels.txt': 'x',
      },
      expected: { format: 'voc', unlabelled: [], missing: ['Annotations/gone.xml'] },
    },
    {
      files: {
        'val/1.jpg': '',
        'val/2.jpg': '',
        'train/3.jpg': '',
        'train/1.xml': '<annotation><filename>1.jpg</filename></annotation>',
        'train/c.xml': '<annotation><filename>3.jpg</filename></annotation>',
        'train/d.xml': '<annotation><filename>val\\2.jpg</filename></annotation>',
      },
      expected: { format: 'voc', unlabelled: ['val/1.jpg'], missing: ['train/1.xml'] },
    },
    {
      files: {
        'images/train/a.jpg': '',
        'images/val/b.jpg': '',
        'annotations/instances.json': JSON.stringify(coco),
        'annotations/captions.json': '{}',
      },
      expected: { format: 'coco', unlabelled: ['images/val/b.jpg'], missing: ['gone.jpg', 'train/b.jpg'] },
    },
    {
      files: { 'val/1.jpg': '', 'labels.json': '{"train/1.jpg": []}' },
      expected: { format: 'own', unlabelled: ['val/1.jpg'], missing: ['train/1.jpg'] },
    },
  ]
  for (const { files, expected } of cases) {
    const { format, unlabelled, missing } = await readLabels(await folder(t, files), defaults)
    t.same({ format, unlabelled, missing }, expected)
  }
})

t.test('what has no label is sign-free only where somebody says so', async (t) => {
  const dir = await folder(t, {
    'a.jpg': '',
    'b.jpg': '',
    'c.jpg': '',
    'a.txt': '0 .5 .5 .1 .1',
    'b.txt': '\n',
    'classes.txt': 'p5',
  })
  t.match(await readLabels(dir, defaults), { unlabelled: ['c.jpg'] })
  const asked = await readLabels(dir, { ...defaults, unlabelledAreEmpty: true })
  t.same(boxCounts(asked.photos), { 'a.jpg': 1, 'b.jpg': 0, 'c.jpg': 0 })
  const free = await readLabels(dir, { ...defaults, isSignFree: true })
  t.same([free.format, boxCounts(free.photos)], ['sign-free', { 'a.jpg': 0, 'b.jpg': 0, 'c.jpg': 0 }])
})

t.test('a folder that cannot be understood is refused with its name', async (t) => {
  const cases: { files: Record<string, string>; problem: RegExp; options?: Partial<LabelOptions> }[] = [
    { files: { 'a.txt': '' }, problem: /there are no photos/ },
    { files: { 'a.jpg': '' }, problem: /there are no labels/ },
    { files: { 'a.jpg': '', 'a.txt': '' }, options: { format: 'coco' }, problem: /there are no coco labels/ },
    { files: { 'a.jpg': '', 'a.txt': '', 'a.xml': '' }, problem: /several labels: voc, yolo/ },
    { files: { 'a.jpg': '', 'labels.json': '{' }, problem: /labels\.json: is not JSON/ },
    {
      files: { 'a.jpg': '', 'annotations/instances.json': '{"images": [{"id": 1, "file_na' },
      problem: /annotations\/instances\.json: is not JSON/,
    },
    {
      files: { 'a.jpg': '', 'a.txt': '', 'coco.json': '{"images": [' },
      options: { format: 'coco' },
      problem: /coco\.json: is not JSON/,
    },
    { files: { 'a.jpg': '', 'a.txt': '', 'labels/a.txt': '' }, problem: /\/a\.txt: the photo a\.jpg has labels twice/ },
    {
      files: { 'a.jpg': '' },
      options: { labelFile: '/nowhere/labels.json' },
      problem: /\/nowhere\/labels\.json: cannot be read/,
    },
  ]
  for (const { files, problem, options } of cases) {
    await t.rejects(readLabels(await folder(t, files), { ...defaults, ...options }), {
      name: 'LabelError',
      message: problem,
    })
  }
})

const labels = [
  { code: 'pl40', name: '限速40', name_en: 'Speed limit 40 km/h', category: 'prohibitory' },
  { code: 'pm', name: '限制质量', name_en: 'Weight limit', category: 'prohibitory' },
  { code: 'pm20', name: '限重20吨', name_en: 'Weight limit 20 t', category: 'prohibitory', reading_of: 'pm' },
  { code: 'il', name: '最低限速', name_en: 'Minimum speed', category: 'mandatory' },
] as const

t.test('names mean classes, readings and categories, and others are translated or unknown', async (t) => {
  const names = new SignNames(labels)
  const meanings = {
    pl40: ['pl40', null],
    ' PL40': ['pl40', null],
    限速40: ['pl40', null],
    pm: ['pm', null],
    pm20: ['pm', 'pm20'],
    pm55: ['pm', 'pm55'],
    'weight limit 20 t': ['pm', 'pm20'],
    il60: ['il', 'il60'],
    'ph4.5': [null, null],
    w13: [null, null],
    warning: [null, null],
  }
  for (const [name, [classCode, reading]] of Object.entries(meanings)) {
    t.match(names.meaningOf(name), { classCode, reading }, name)
  }
  t.match(names.meaningOf('warning'), { category: 'warning', isKnown: true })
  t.match(names.meaningOf('w13'), { category: null, isKnown: false })
  t.equal(names.meaningOf('il60').category, 'mandatory')
  t.equal(names.readingOf('pm', '限重20吨'), 'pm20')
  t.equal(names.readingOf('pm', '限制质量'), null)
  t.same([names.modelReads, new SignNames([labels[0]]).modelReads], [true, false])

  names.translate(
    parseNameMap('{"40": "pl40", "danger": "warning", "back": "ignore", "t20": "pm20"}', 'm.json'),
    'm.json',
  )
  t.match(names.meaningOf('40'), { classCode: 'pl40', isKnown: true })
  t.match(names.meaningOf('danger'), { category: 'warning', classCode: null })
  t.match(names.meaningOf('back'), { isIgnored: true, isKnown: true })
  t.match(names.meaningOf('t20'), { classCode: 'pm', reading: 'pm20' })
  names.translate(parseNameMap('{"Stop Line": " PL40 ", "REAR": "Ignore", "sTOP lINE": "pl40"}', 'm.json'), 'm.json')
  for (const name of ['Stop Line', ' stop line', 'STOP LINE'])
    t.match(names.meaningOf(name), { classCode: 'pl40' }, name)
  t.match(names.meaningOf('rear'), { isIgnored: true, isKnown: true })
  names.translate(parseNameMap('{"PL40": "Warning", "x": "pl40"}', 'm.json'), 'm.json')
  t.match(names.meaningOf('pl40'), { category: 'warning', classCode: null }, 'the map goes before the model')
  t.match(names.meaningOf('x'), { classCode: 'pl40' }, 'and speaks of the codes of the model, not its own')
  const twice = new Map(Object.entries({ Back: 'ignore', back: 'pl40' }))
  refuses(t, () => names.translate(twice, 'm.json'), /^m\.json: back: .* two meanings/)
  refuses(t, () => names.translate(new Map([['x', 'p99']]), 'm.json'), /^m\.json: x: the model has no code "p99"/)
  refuses(t, () => parseNameMap('{"a": 1}', 'm.json'), /^m\.json: a: must be string/)
})

t.test('a name that two labels share is the first one, and a code is nobody else', async (t) => {
  const names = new SignNames([
    { code: 'i4', name: '机动车', name_en: 'Motor', category: 'mandatory' },
    { code: 'p4', name: '机动车', name_en: 'i4', category: 'prohibitory' },
    { code: 'motor', name: '摩托', name_en: 'Bike', category: 'other' },
  ])
  const codes = { 机动车: 'i4', i4: 'i4', p4: 'p4', motor: 'motor' }
  for (const [name, classCode] of Object.entries(codes)) t.match(names.meaningOf(name), { classCode }, name)
})

t.test('labelled boxes become signs in source pixels, and only those of the photo', async (t) => {
  const names = new SignNames(labels)
  const box = {
    box: { x1: -0.001, y1: 0.5, x2: 0.5, y2: 1.001 },
    unit: 'shares',
    name: 'pl40',
    category: null,
    isIgnored: false,
    place: 'line 1',
  } as const
  const photo = { name: 'a.jpg', path: '/a.jpg', labelFile: 'a.txt', boxes: [box], size: null }
  t.same(truthsOf(photo, { width: 200, height: 100 }, names), [
    {
      box: { x1: 0, y1: 50, x2: 100, y2: 100 },
      category: 'prohibitory',
      classCode: 'pl40',
      reading: null,
      name: 'pl40',
      isIgnored: false,
    },
  ])
  refuses(
    t,
    () => truthsOf({ ...photo, size: { width: 100, height: 200 } }, { width: 200, height: 100 }, names),
    /a\.jpg: the labels say the photo is 100×200, but \(upright by EXIF\) it is 200×100/,
  )
  const outside = { ...box, box: { x1: 300, y1: 0, x2: 400, y2: 10 }, unit: 'pixels' } as const
  refuses(
    t,
    () => truthsOf({ ...photo, boxes: [outside] }, { width: 200, height: 100 }, names),
    /^a\.txt: line 1: the box lies outside the photo a\.jpg/,
  )
})
